"""Publishes a moving picture and a tone with aiortc over WHIP, and prints what it sent as JSON."""

import argparse
import asyncio
import fractions
import json
import time
import urllib.request

import av
import numpy
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription


class Picture(MediaStreamTrack):
    """Thirty pictures a second, each different."""

    kind = "video"

    def __init__(self, width=640, height=480):
        super().__init__()
        self.count = 0
        self.began = None
        base = numpy.indices((height, width)).sum(axis=0)
        self.base = numpy.stack([base, base * 2, base * 3], axis=2).astype(numpy.uint8)

    async def recv(self):
        self.began = self.began or time.time()
        await asyncio.sleep(max(0, self.began + self.count / 30 - time.time()))
        frame = av.VideoFrame.from_ndarray(self.base + numpy.uint8(self.count * 3 % 256), format="rgb24")
        frame.pts, frame.time_base = self.count * 3000, fractions.Fraction(1, 90000)
        self.count += 1
        return frame


class Tone(MediaStreamTrack):
    """A quiet 440 Hz tone in 20 ms pieces."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.samples = 0
        self.began = None

    async def recv(self):
        self.began = self.began or time.time()
        await asyncio.sleep(max(0, self.began + self.samples / 48000 - time.time()))
        wave = numpy.sin(2 * numpy.pi * 440 * (self.samples + numpy.arange(960)) / 48000) * 3000
        frame = av.AudioFrame.from_ndarray(wave.astype(numpy.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self.samples, fractions.Fraction(1, 48000)
        self.samples += 960
        return frame


async def pause(senders, begin, end):
    """Sends nothing from one moment to another."""
    tracks = [sender.track for sender in senders]
    await asyncio.sleep(begin)
    for sender in senders:
        sender.replaceTrack(None)
    await asyncio.sleep(end - begin)
    for sender, track in zip(senders, tracks):
        sender.replaceTrack(track)


async def publish(url, codec, seconds, silence):
    peer = RTCPeerConnection()
    picture = Picture()
    sender = peer.addTransceiver(picture, direction="sendonly")
    peer.addTransceiver(Tone(), direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    sender.setCodecPreferences([one for one in codecs if one.mimeType.lower() == f"video/{codec}"]
                               + [one for one in codecs if one.mimeType.lower() == "video/rtx"])
    connected = asyncio.Event()
    peer.on("connectionstatechange", lambda: connected.set() if peer.connectionState == "connected" else None)
    await peer.setLocalDescription(await peer.createOffer())
    call = urllib.request.Request(url, data=peer.localDescription.sdp.encode(), method="POST",
                                  headers={"Content-Type": "application/sdp"})
    answer = await asyncio.to_thread(urllib.request.urlopen, call)
    await peer.setRemoteDescription(RTCSessionDescription(answer.read().decode(), "answer"))
    await asyncio.wait_for(connected.wait(), 15)
    began = time.time()
    if silence:
        pausing = asyncio.ensure_future(pause(peer.getSenders(), *silence))
    await asyncio.sleep(seconds)
    if silence:
        await pausing
    duration = time.time() - began
    gone = urllib.request.Request(urllib.parse.urljoin(url, answer.headers["Location"]), method="DELETE")
    await asyncio.to_thread(urllib.request.urlopen, gone)
    await peer.close()
    print(json.dumps({"frames": picture.count, "seconds": duration}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url", help="the WHIP endpoint")
    parser.add_argument("--codec", choices=["h264", "vp8"], default="h264")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, nargs=2, metavar=("FROM", "TO"), help="seconds between which nothing is sent")
    given = parser.parse_args()
    asyncio.run(publish(given.url, given.codec, given.seconds, given.pause))
