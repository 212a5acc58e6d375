# SPDX-License-Identifier: Apache-2.0
"""Names that the package offers and nothing inside it uses: each line says who does.

Read by check_dead_code.py as source text, never run: a name that stands here counts as used.
"""

from pyhanko.sign.timestamps import TimeStamper

from tallystick.cli import time_stamp_door
from tallystick.client import document_files
from tallystick.console import copying
from tallystick.console.visit import Visit
from tallystick.errors import TallystickError
from tallystick.interchange.iso20022 import documents

TallystickError.facts  # noqa: B018  # the HTTP error mapping and callers of the SDK
documents._Counter.comment  # noqa: B018  # the XML parser calls it
time_stamp_door._Handler.do_POST  # noqa: B018  # the HTTP server calls it
time_stamp_door._Handler.log_message  # noqa: B018  # the HTTP server calls it
document_files._Hashing.writable  # noqa: B018  # io asks it
TimeStamper.async_request_tsa_response  # noqa: B018  # pyhanko calls it
copying.handing_over  # noqa: B018  # templates call it
Visit.form_of_list  # noqa: B018  # templates call it
Visit.with_query  # noqa: B018  # templates call it
Visit.chosen_beside  # noqa: B018  # templates call it
