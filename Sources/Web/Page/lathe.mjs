// The page's only script: a WHIP publisher (RFC 9725) beside a view of the channel's recording.

const element = (id) => document.getElementById(id);

/** The one call that this page may be in. */
const call = { peer: null, media: null, screen: null, senders: {}, resource: null, entityTag: null, channel: null,
               recording: null, lastSent: null, reconnect: null };

/** What the server takes, and what it makes of it; the browser says which of them it can send. */
const CODECS = { H264: "H.264 → MP4", VP8: "VP8 → WebM", VP9: "VP9 → MP4", AV1: "AV1 → MP4", H265: "H.265 → MP4" };

const mimeType = (name) => `video/${name.toLowerCase()}`;

// ---------------------------------------------------------------- devices

async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  fill(element("camera"), devices.filter((device) => device.kind === "videoinput"), "no camera");
  fill(element("microphone"), devices.filter((device) => device.kind === "audioinput"), "no microphone");
}

function fill(select, devices, absent) {
  const chosen = select.value;
  select.replaceChildren(...devices.map((device, index) =>
    new Option(device.label || `${device.kind === "videoinput" ? "Camera" : "Microphone"} ${index + 1}`,
               device.deviceId)), new Option(absent, "none"));
  if ([...select.options].some((option) => option.value === chosen)) select.value = chosen;
}

function listCodecs() {
  const known = new Set(RTCRtpSender.getCapabilities("video").codecs.map((codec) => codec.mimeType.toLowerCase()));
  const names = Object.keys(CODECS).filter((name) => known.has(mimeType(name)));
  element("codec").replaceChildren(...names.map((name) => new Option(CODECS[name], name)));
}

async function openDevices() {
  const constraint = (select, rest) => select.value === "none" ? false
    : { ...(select.value ? { deviceId: { exact: select.value } } : {}), ...rest };
  const video = constraint(element("camera"), { width: { ideal: 640 }, height: { ideal: 480 } });
  const audio = constraint(element("microphone"), {});
  if (!video && !audio) throw new Error("Choose a camera or a microphone: there is nothing to send.");
  return navigator.mediaDevices.getUserMedia({ video, audio });
}

// ---------------------------------------------------------------- publishing

async function publish() {
  call.media = await openDevices();
  element("preview").srcObject = call.media;
  listDevices();
  call.channel = element("channel").value.trim();
  await connect();
  element("leave").disabled = element("share").disabled = false;
  element("mute-camera").disabled = !call.senders.video;
  element("mute-microphone").disabled = !call.senders.audio;
  element("channel").disabled = element("uid").disabled = true;
}

async function connect() {
  const peer = new RTCPeerConnection();
  call.peer = peer;
  call.senders = {};
  for (const track of call.media.getTracks()) {
    const sendEncodings = track.kind === "video" && element("simulcast").checked ? encodings() : [];
    const transceiver = peer.addTransceiver(track, { direction: "sendonly", streams: [call.media], sendEncodings });
    if (track.kind === "video") preferCodec(transceiver, element("codec").value);
    call.senders[track.kind] = transceiver.sender;
  }
  // WHIP offers once, so the screen's section is there before there is a screen.
  const screen = peer.addTransceiver("video", { direction: "sendonly", streams: [new MediaStream()] });
  preferCodec(screen, element("codec").value);
  call.senders.screen = screen.sender;
  if (call.screen) await screen.sender.replaceTrack(call.screen);
  peer.onconnectionstatechange = () => connectionChanged(peer);
  await peer.setLocalDescription();
  await gathered(peer);
  const answer = await postOffer(peer.localDescription.sdp);
  await peer.setRemoteDescription({ type: "answer", sdp: answer });
}

function preferCodec(transceiver, name) {
  const codecs = RTCRtpSender.getCapabilities("video").codecs;
  const isFirst = (codec) => codec.mimeType.toLowerCase() === mimeType(name);
  const first = codecs.filter(isFirst);
  if (!first.length) throw new Error(`This browser cannot send ${name}; choose another codec.`);
  transceiver.setCodecPreferences([...first, ...codecs.filter((codec) => !isFirst(codec))]);
}

/** Three sizes of the same picture (RFC 8853), the smallest first. */
function encodings() {
  return [["quarter", 4], ["half", 2], ["full", 1]].map(([rid, scaleResolutionDownBy]) =>
    ({ rid, scaleResolutionDownBy }));
}

/** Stops or resumes sending one track; nothing of it leaves meanwhile. */
async function toggle(kind, button) {
  const muted = button.getAttribute("aria-pressed") !== "true";
  const track = call.media.getTracks().find((one) => one.kind === kind);
  await call.senders[kind].replaceTrack(muted ? null : track);
  button.setAttribute("aria-pressed", muted);
}

async function shareScreen() {
  if (call.screen) return endScreen();
  const media = await navigator.mediaDevices.getDisplayMedia({ video: true });
  [call.screen] = media.getVideoTracks();
  // A screen is read, not watched: sharp pictures matter more than many.
  call.screen.contentHint = "detail";
  call.screen.addEventListener("ended", tried(endScreen));
  await call.senders.screen.replaceTrack(call.screen);
  element("share").setAttribute("aria-pressed", true);
}

async function endScreen() {
  call.screen?.stop();
  call.screen = null;
  element("share").setAttribute("aria-pressed", false);
  if (call.peer) await call.senders.screen.replaceTrack(null);
}

/** Waits until the candidates are in the offer, so that no trickling is needed; two seconds at most. */
function gathered(peer) {
  if (peer.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 2000);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") { clearTimeout(timer); resolve(); }
    });
  });
}

async function postOffer(offer) {
  const uid = element("uid").value.trim();
  const query = uid ? `?uid=${encodeURIComponent(uid)}` : "";
  const response = await fetch(`/whip/${encodeURIComponent(call.channel)}${query}`, {
    method: "POST", headers: { "Content-Type": "application/sdp" }, body: offer,
  });
  if (response.status !== 201) throw new Error(await problem(response));
  call.resource = response.headers.get("Location");
  call.entityTag = response.headers.get("ETag");
  element("uid").value = response.headers.get("Lathe-User") ?? uid;
  return response.text();
}

function connectionChanged(peer) {
  if (peer !== call.peer) return;
  element("connection").textContent = peer.connectionState;
  if (peer.connectionState === "connected") { say(`Publishing to “${call.channel}”.`); call.reconnect = null; }
  if (peer.connectionState === "failed") reconnectLater();
  // A browser gives up after half a minute; a server that was started anew knows nothing of us, and waits for a new offer.
  if (peer.connectionState === "disconnected") setTimeout(() => giveUp(peer), 3000);
}

function giveUp(peer) {
  if (peer === call.peer && peer.connectionState === "disconnected") reconnectLater();
}

/** A lost connection is tried again with growing pauses, ten seconds at most. */
function reconnectLater() {
  const pause = Math.min((call.reconnect ?? 500) * 2, 10000);
  call.reconnect = pause;
  const lost = call.peer;
  call.peer = null;
  say(`The connection was lost; trying again in ${pause / 1000} s.`, true);
  lost?.close();
  setTimeout(async () => {
    if (!call.media) return;
    // The server may not have noticed yet, and would say that the user is still here.
    if (call.resource) await fetch(call.resource, { method: "DELETE" }).catch(() => {});
    call.resource = null;
    try { await connect(); } catch (error) { say(error.message, true); reconnectLater(); }
  }, pause);
}

async function leave() {
  const { peer, media, resource } = call;
  await endScreen();
  Object.assign(call, { peer: null, media: null, senders: {}, resource: null, entityTag: null, lastSent: null });
  peer?.close();
  media?.getTracks().forEach((track) => track.stop());
  element("preview").srcObject = null;
  element("publish").disabled = false;
  for (const id of ["leave", "mute-camera", "mute-microphone", "share"]) {
    element(id).disabled = true;
    if (element(id).ariaPressed) element(id).setAttribute("aria-pressed", false);
  }
  element("channel").disabled = element("uid").disabled = false;
  element("connection").textContent = "none";
  for (const id of ["bitrate", "frames", "resolution"]) element(id).textContent = "–";
  if (resource) await fetch(resource, { method: "DELETE" });
  say("You left the channel.");
}

/** Whether statistics are those of the camera, in its largest size. */
function isCamera(report) {
  const camera = call.peer.getTransceivers().find((one) => one.sender === call.senders.video);
  return report.mid === camera?.mid && (report.rid ?? "full") === "full";
}

async function showSending() {
  if (!call.peer) return;
  for (const report of (await call.peer.getStats()).values()) {
    if (report.type !== "outbound-rtp" || report.kind !== "video" || !isCamera(report)) continue;
    const last = call.lastSent?.id === report.id ? call.lastSent : null;
    call.lastSent = report;
    element("frames").textContent = report.framesSent ?? "–";
    if (report.frameWidth) element("resolution").textContent = `${report.frameWidth}×${report.frameHeight}`;
    if (!last) continue;
    const bits = (report.bytesSent - last.bytesSent) * 8;
    element("bitrate").textContent = `${(bits / (report.timestamp - last.timestamp)).toFixed(0)} kbit/s`;
  }
}

// ---------------------------------------------------------------- the recording

async function refreshRecording() {
  const channel = call.channel ?? element("channel").value.trim();
  if (!channel) return;
  const list = await json(`/v1/recordings?channel=${encodeURIComponent(channel)}`);
  const recordings = list.recordings ?? [];
  const shown = recordings.find((one) => one.state !== "finished") ?? recordings[0] ?? null;
  call.recording = shown;
  showRecording(shown);
}

function showRecording(recording) {
  const running = recording?.state === "recording";
  element("state").textContent = element("state").dataset.state = recording?.state ?? "none";
  element("elapsed").textContent = clock(recording?.elapsedMilliseconds ?? 0);
  element("record").disabled = running || !call.peer;
  element("stop").disabled = !running;
  element("reason").textContent = recording?.end ? `Ended: ${recording.end.reason}.` : "";
  element("takes").replaceChildren(...(recording?.takes ?? []).map(takeRow));
}

function takeRow(take) {
  const row = document.createElement("tr");
  const picture = take.video ? `${take.video.codec} ${take.video.width}×${take.video.height}` : "–";
  const cells = [take.file, take.uid, picture, take.audio?.codec ?? "–", clock(take.durationMilliseconds),
                 bytes(take.byteCount)];
  row.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
  const play = Object.assign(document.createElement("button"), { type: "button", textContent: "Play" });
  play.disabled = take.state !== "closed";
  play.addEventListener("click", () => playTake(take));
  row.insertCell().append(play);
  return row;
}

function playTake(take) {
  const player = element("player");
  player.hidden = false;
  player.src = take.url;
  player.play();
  player.scrollIntoView({ behavior: "smooth", block: "nearest" });
}

async function startRecording() {
  await json("/v1/recordings", { method: "POST", headers: { "Content-Type": "application/json" },
                                 body: JSON.stringify({ channel: call.channel }) });
  await refreshRecording();
}

async function stopRecording() {
  await json(`/v1/recordings/${call.recording.id}/stop`, { method: "POST" });
  await refreshRecording();
}

// ---------------------------------------------------------------- words

const clock = (milliseconds) => {
  const seconds = milliseconds / 1000;
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
};

const bytes = (count) => count < 1e6 ? `${(count / 1e3).toFixed(0)} kB` : `${(count / 1e6).toFixed(1)} MB`;

async function json(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(await problem(response));
  return response.json();
}

/** The sentence in a problem document (RFC 9457), or the status if there is none. */
async function problem(response) {
  try { const body = await response.json(); return body.detail ?? body.title; }
  catch { return `The server answered ${response.status} ${response.statusText}.`; }
}

function say(text, isAlarm = false) {
  element("message").textContent = text;
  element("message").classList.toggle("alarm", isAlarm);
}

/** Runs what a button asks for, and shows why if it fails. */
const tried = (action) => async (event) => {
  event?.preventDefault();
  try { await action(); } catch (error) { say(error.message, true); }
};

element("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  element("publish").disabled = true;
  say("Connecting…");
  try { await publish(); } catch (error) { await leave(); say(error.message, true); }
});
element("leave").addEventListener("click", tried(leave));
element("mute-camera").addEventListener("click", tried(() => toggle("video", element("mute-camera"))));
element("mute-microphone").addEventListener("click", tried(() => toggle("audio", element("mute-microphone"))));
element("share").addEventListener("click", tried(shareScreen));
element("record").addEventListener("click", tried(startRecording));
element("stop").addEventListener("click", tried(stopRecording));
addEventListener("pagehide", () => {
  if (call.resource) fetch(call.resource, { method: "DELETE", keepalive: true });
});

listDevices();
listCodecs();
setInterval(() => showSending(), 1000);
setInterval(() => refreshRecording().catch(() => say("The server does not answer.", true)), 500);
