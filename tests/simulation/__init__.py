# SPDX-License-Identifier: Apache-2.0
"""A network of replicas without the engine: seeded, in memory, with crashes and faulty nodes."""
