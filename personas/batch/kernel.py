"""Papermill with the Python that is running, and with ears for what a notebook says while it works.

Kernels found by name may belong to another environment; this one is started from ``sys.executable`` whatever
is installed for the user.
"""

from __future__ import annotations

import sys
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

NAME = "personas"
PATIENCE = 120  # seconds for a kernel to start or answer, on a machine that is busy with other things


class OwnKernelManager(AsyncKernelManager):
    """Starts ipykernel in the running Python, reached by sockets that only this user can open."""

    def __init__(self, **settings: Any):
        super().__init__(**{"transport": "ipc"} | settings)

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


class ListeningClient(PapermillNotebookClient):
    """Tells a listener which cell is running and what its progress display says."""

    listener: Any = None

    def process_message(self, message: dict, cell: Any, cell_index: int) -> Any:
        content = message["content"]
        if message["msg_type"] in ("display_data", "update_display_data") and content.get("transient"):
            self.listener.hear(cell_index, str(content["data"].get("text/plain", "")))
        else:
            self.listener.hear(cell_index, "")
        return super().process_message(message, cell, cell_index)


class OwnEngine(NBClientEngine):
    """Papermill's own engine with this kernel and this client."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, listener: Any = None, errors: Any = None, **others: Any
    ) -> None:
        client = ListeningClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=OwnKernelManager,
            startup_timeout=PATIENCE,
            iopub_timeout=PATIENCE,
            timeout=None,
        )
        client.listener = listener
        client.execute(stderr=errors)


papermill_engines.register(NAME, OwnEngine)
