"""An independent, encrypting Matrix client, driven over standard input and output.

One JSON object a line in, one a line out: `{"id": 1, "do": "send", ...}` is answered by
`{"id": 1, "ok": ...}` or `{"id": 1, "error": "..."}`, in whatever order the work ends.
The client keeps itself in step by a sync loop of its own; commands that wait do so on what
that loop brings. Ends with its starter: when standard input closes.
"""

import asyncio
import base64
import contextlib
import hashlib
import io
import json
import sys
import time
import uuid

import nio.crypto.sas
from nio import (
    AsyncClient, AsyncClientConfig, Event, KeyVerificationEvent, KeyVerificationStart,
    MegolmEvent, RoomEncryptedMedia, RoomMessage, ToDeviceMessage, UnknownToDeviceEvent)
from nio.crypto import decrypt_attachment
from nio.crypto.sas import Sas, SasState

# Slips of nio that two nios share and no other client does, found by verifying it against
# matrix-sdk. It computes the corrected code but announces it by the name of the flawed one, ...
Sas._mac_normal = "hkdf-hmac-sha256.v2"
Sas._mac_v1 = [Sas._mac_normal]


class Commitment:
    """... and it writes its commitment in hexadecimal where the protocol says base64."""

    def __init__(self, data):
        self.data = data

    def hexdigest(self):
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode().rstrip("=")


nio.crypto.sas.sha256 = Commitment

# ... and three of its names for the emoji are not the protocol's.
EMOJI_NAMES = {"Airplane": "Aeroplane", "Thumbs up": "Thumbs Up", "Wrench": "Spanner"}


def emoji_names(sas):
    """The protocol's names of the seven emoji. nio takes the indices for bytes and cuts them."""
    indices = sas.established_sas.bytes(sas._extra_info).emoji_indices
    names = [Sas.emoji[index][1] for index in indices]
    return [EMOJI_NAMES.get(name, name) for name in names]


ENCRYPTION = {"type": "m.room.encryption", "state_key": "",
              "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


class Refused(Exception):
    """The server or the protocol said no."""


def taken(response):
    """A response that is not an error, or `Refused`."""
    if type(response).__name__.endswith("Error"):
        raise Refused(str(response))
    return response


class Peer:
    def __init__(self):
        self.client = None
        self.seen = []  # messages, oldest first
        self.unread = {}  # event id -> an event no key has come for yet
        self.requests = []  # verifications others asked for
        self.ready = set()  # verifications of ours the other side is ready for
        self.done = set()  # verifications the other side is done with
        self.moved = asyncio.Condition()
        self.loop = None

    # --- staying in step

    async def stay_in_step(self):
        full = True
        while True:
            taken(await self.client.sync(timeout=0 if full else 10000, full_state=full))
            full = False
            await self.housekeeping()
            self.read_what_keys_came_for()
            async with self.moved:
                self.moved.notify_all()

    async def housekeeping(self):
        client = self.client
        await client.send_to_device_messages()
        if client.should_upload_keys:
            await client.keys_upload()
        if client.should_query_keys:
            await client.keys_query()
        if client.should_claim_keys:
            await client.keys_claim(client.get_users_for_key_claiming())

    def read_what_keys_came_for(self):
        for event_id, event in list(self.unread.items()):
            with contextlib.suppress(Exception):
                clear = self.client.decrypt_event(event)
                if isinstance(clear, Event):
                    del self.unread[event_id]
                    self.seen = [row for row in self.seen if row["event_id"] != event_id]
                    self.note(event.room_id, clear)

    def on_event(self, room, event):
        if isinstance(event, MegolmEvent):
            event.room_id = room.room_id
            self.unread[event.event_id] = event
        self.note(room.room_id, event)

    def note(self, room, event):
        self.seen.append({
            "room": room, "event_id": event.event_id, "sender": event.sender,
            "kind": type(event).__name__, "body": getattr(event, "body", None),
            "decrypted": bool(event.decrypted), "verified": bool(event.verified),
            "event": event})

    async def on_to_device(self, event):
        content = event.source.get("content", {})
        transaction = content.get("transaction_id")
        if isinstance(event, UnknownToDeviceEvent):
            if event.type == "m.key.verification.request":
                await self.answer_request(event.sender, content)
            elif event.type == "m.key.verification.ready":
                self.ready.add(transaction)
            elif event.type == "m.key.verification.done":
                self.done.add(transaction)
        elif isinstance(event, KeyVerificationStart):
            asked = {"transaction": transaction, "user": event.sender,
                     "device": event.from_device}
            if asked not in self.requests:
                self.requests.append(asked)

    async def answer_request(self, sender, content):
        device, transaction = content["from_device"], content["transaction_id"]
        await self.device_of(sender, device)
        await self.tell(sender, device, "m.key.verification.ready", {
            "from_device": self.client.device_id, "methods": ["m.sas.v1"],
            "transaction_id": transaction})
        self.requests.append({"transaction": transaction, "user": sender, "device": device})

    async def tell(self, user, device, kind, content):
        taken(await self.client.to_device(ToDeviceMessage(kind, user, device, content)))

    async def until(self, condition, what, seconds):
        """What `condition` gives once it gives something; looked at after every sync."""
        deadline = time.monotonic() + seconds
        async with self.moved:
            while True:
                found = condition()
                if found:
                    return found
                if self.loop is not None and self.loop.done():
                    raise Refused(f"the sync loop ended: {self.loop.exception()!r}")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Refused(f"waited {seconds} s in vain for {what}")
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self.moved.wait(), min(left, 1.0))

    # --- commands: signing in, rooms, messages

    async def login(self, base, user, password, store):
        config = AsyncClientConfig(store_sync_tokens=True, encryption_enabled=True)
        self.client = AsyncClient(base, user, store_path=store, config=config)
        taken(await self.client.login(password, device_name="independent peer"))
        if self.client.should_upload_keys:
            taken(await self.client.keys_upload())
        self.client.add_event_callback(
            self.on_event, (RoomMessage, RoomEncryptedMedia, MegolmEvent))
        self.client.add_to_device_callback(
            self.on_to_device, (UnknownToDeviceEvent, KeyVerificationEvent))
        self.loop = asyncio.ensure_future(self.stay_in_step())
        return self.identity()

    def identity(self):
        keys = self.client.olm.account.identity_keys
        return {"user_id": self.client.user_id, "device_id": self.client.device_id,
                "ed25519": keys["ed25519"], "curve25519": keys["curve25519"]}

    async def create_room(self, name, invite, encrypted):
        made = taken(await self.client.room_create(
            name=name, invite=invite, initial_state=[ENCRYPTION] if encrypted else []))
        await self.until(lambda: made.room_id in self.client.rooms, "the new room", 30)
        return made.room_id

    async def invite(self, room, user):
        taken(await self.client.room_invite(room, user))

    async def join(self, room):
        taken(await self.client.join(room))
        await self.until(lambda: room in self.client.rooms, "the joined room", 30)

    async def wait_for_member(self, room, user, seconds):
        def there():
            known = self.client.rooms.get(room)
            # Invited people are listed too, and no key goes to them before they join.
            return known and user in known.users and user not in known.invited_users
        await self.until(there, f"{user} in {room}", seconds)

    async def send(self, room, body):
        return await self.send_event(room, "m.room.message", {"msgtype": "m.text", "body": body})

    async def send_event(self, room, kind, content):
        # Whoever signed in on a new device since we last looked gets the key too.
        if self.client.rooms[room].encrypted:
            self.client.olm.users_for_key_query.update(self.client.rooms[room].users)
            taken(await self.client.keys_query())
        sent = await self.client.room_send(room, kind, content, ignore_unverified_devices=True)
        return taken(sent).event_id

    async def send_file(self, room, name, data):
        plain = base64.b64decode(data)
        uploaded, keys = await self.client.upload(
            lambda *_: io.BytesIO(plain), content_type="application/octet-stream",
            filename=name, encrypt=True, filesize=len(plain))
        return await self.send_event(room, "m.room.message", {
            "msgtype": "m.file", "body": name, "info": {"size": len(plain)},
            "file": {**keys, "url": taken(uploaded).content_uri}})

    async def wait_for(self, room, body, seconds):
        def found():
            return next((row for row in self.seen if row["room"] == room
                         and row["body"] == body), None)
        return shown(await self.until(found, f"the message {body!r}", seconds))

    async def messages(self, room):
        return [shown(row) for row in self.seen if row["room"] == room]

    async def fetch_file(self, event_id):
        event = next(row["event"] for row in self.seen if row["event_id"] == event_id)
        got = taken(await self.client.download(event.url)).body
        if isinstance(event, RoomEncryptedMedia):
            got = decrypt_attachment(got, event.key["k"], event.hashes["sha256"], event.iv)
        return base64.b64encode(got).decode()

    async def fetch_thumbnail(self, event_id):
        event = next(row["event"] for row in self.seen if row["event_id"] == event_id)
        file = event.source["content"]["info"]["thumbnail_file"]
        got = taken(await self.client.download(file["url"])).body
        key, digest = file["key"]["k"], file["hashes"]["sha256"]
        return base64.b64encode(decrypt_attachment(got, key, digest, file["iv"])).decode()

    # --- commands: devices and their verification

    async def device_of(self, user, device):
        self.client.olm.users_for_key_query.add(user)
        taken(await self.client.keys_query())
        return self.client.device_store[user][device]

    async def devices(self, user):
        self.client.olm.users_for_key_query.add(user)
        taken(await self.client.keys_query())
        return [{"device_id": device.id, "ed25519": device.ed25519, "verified": device.verified}
                for device in self.client.device_store.active_user_devices(user)]

    async def export_keys(self, path, passphrase):
        await self.client.export_keys(path, passphrase)

    async def wait_for_verification(self, seconds):
        return await self.until(lambda: self.requests and self.requests[-1],
                                "somebody asking for verification", seconds)

    async def ask_verification(self, user, device):
        found = await self.device_of(user, device)
        transaction = str(uuid.uuid4())
        await self.tell(user, device, "m.key.verification.request", {
            "from_device": self.client.device_id, "methods": ["m.sas.v1"],
            "timestamp": int(time.time() * 1000), "transaction_id": transaction})
        await self.until(lambda: transaction in self.ready, "the other device's readiness", 30)
        olm = self.client.olm
        sas = Sas(olm.user_id, olm.device_id, olm.account.identity_keys["ed25519"], found,
                  transaction)
        olm.key_verifications[transaction] = sas
        taken(await self.client.to_device(sas.start_verification()))
        return transaction

    def sas(self, transaction):
        return self.client.key_verifications.get(transaction)

    async def accept_verification(self, transaction):
        await self.until(lambda: self.sas(transaction), "the other device's start", 30)
        taken(await self.client.accept_key_verification(transaction))

    async def emoji(self, transaction):
        def compared():
            sas = self.sas(transaction)
            if sas is not None and sas.canceled:
                raise Refused(f"verification was cancelled: {sas.cancel_reason}")
            return sas is not None and sas.established_sas is not None
        await self.until(compared, "the short authentication string", 30)
        return emoji_names(self.sas(transaction))

    async def confirm_verification(self, transaction, seconds):
        sas = self.sas(transaction)
        taken(await self.client.confirm_short_auth_string(transaction))

        def settled():
            if sas.canceled:
                raise Refused(f"verification was cancelled: {sas.cancel_reason}")
            return sas.verified
        await self.until(settled, "the other device's confirmation", seconds)
        assert sas.state == SasState.mac_received
        self.client.verify_device(sas.other_olm_device)
        await self.tell(sas.other_olm_device.user_id, sas.other_olm_device.id,
                        "m.key.verification.done", {"transaction_id": transaction})

    async def cancel_verification(self, transaction):
        taken(await self.client.cancel_key_verification(transaction, reject=True))


COMMANDS = {
    "login", "create_room", "invite", "join", "wait_for_member", "send", "send_event",
    "send_file", "wait_for", "messages", "fetch_file", "fetch_thumbnail", "devices", "export_keys",
    "wait_for_verification", "ask_verification", "accept_verification", "emoji",
    "confirm_verification", "cancel_verification",
}


def shown(row):
    return {name: value for name, value in row.items() if name != "event"}


async def obey(peer, line):
    order = json.loads(line)
    number, name = order.pop("id"), order.pop("do")
    try:
        if name not in COMMANDS:
            raise Refused(f"no such command: {name}")
        answer = {"id": number, "ok": await getattr(peer, name)(**order)}
    except Exception as error:  # whatever it is, the test must hear of it
        answer = {"id": number, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)


async def main():
    peer, reader = Peer(), asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    orders = set()
    while line := await reader.readline():
        order = asyncio.ensure_future(obey(peer, line))
        orders.add(order)
        order.add_done_callback(orders.discard)
    if peer.loop is not None:
        peer.loop.cancel()
    if peer.client is not None:
        await peer.client.close()


if __name__ == "__main__":
    asyncio.run(main())
