"""The SDK's own stubs without the SDK around them, and what an answer looks like on the wire."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import grpc
from google.rpc.status_pb2 import Status
from scalekit.v1.connected_accounts.connected_accounts_pb2_grpc import ConnectedAccountServiceStub
from scalekit.v1.connections.connections_pb2_grpc import ConnectionServiceStub
from scalekit.v1.errdetails.errdetails_pb2 import ErrorInfo
from scalekit.v1.tools.tools_pb2_grpc import ToolServiceStub

DEADLINE = 30


@dataclass
class Refusal:
    """A failed call as it travelled."""

    code: grpc.StatusCode
    message: str
    status: Status | None
    info: ErrorInfo | None
    metadata: dict


class Wire:
    """All services on one channel, each call with the given credentials in its metadata."""

    def __init__(self, house, token=None, *, channel_token=None):
        with open(house.ca_file, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
        if channel_token:
            call = grpc.access_token_call_credentials(channel_token)
            credentials = grpc.composite_channel_credentials(credentials, call)
        self.channel = grpc.secure_channel(urlsplit(house.url).netloc, credentials)
        self.metadata = [("authorization", f"Bearer {token}")] if token else []
        self.tools = ToolServiceStub(self.channel)
        self.accounts = ConnectedAccountServiceStub(self.channel)
        self.connections = ConnectionServiceStub(self.channel)

    def call(self, method, request, timeout=DEADLINE):
        """The answer."""
        return method(request, metadata=self.metadata, timeout=timeout)

    def refused(self, method, request, timeout=DEADLINE):
        """The refusal; it is a failure if the call is not refused."""
        try:
            answer = self.call(method, request, timeout)
        except grpc.RpcError as error:
            return refusal(error)
        raise AssertionError(f"the call was not refused: {answer}")

    def close(self):
        self.channel.close()


def refusal(error):
    """Reads what came with an error; `status` is None where there were no details."""
    metadata = {key: value for key, value in error.trailing_metadata() or ()}
    status = info = None
    if "grpc-status-details-bin" in metadata:
        status = Status.FromString(metadata["grpc-status-details-bin"])
        for detail in status.details:
            if detail.Is(ErrorInfo.DESCRIPTOR):
                info = ErrorInfo()
                detail.Unpack(info)
    return Refusal(error.code(), error.details(), status, info, metadata)
