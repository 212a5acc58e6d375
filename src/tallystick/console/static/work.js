// SPDX-License-Identifier: Apache-2.0
// Forms: a file's hash is computed here, so the file never leaves this machine.
