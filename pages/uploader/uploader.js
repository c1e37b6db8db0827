// Sends one file to the server as it is read from disk, and tells how far it has come.
// What it is given: token, address, limit, kinds, words, told (why the last one failed). What it tells: how the sending by a token ended.
// A token serves once: with it used, a file chosen waits until the screen has handed out another.

const uploaders = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const uploader = uploaders.get(parentElement) ?? new Uploader(parentElement);
  uploaders.set(parentElement, uploader);
  uploader.renew(data, (how) => setTriggerValue("ended", { how, token: uploader.used }));
  return () => uploader.stop();
}

class Uploader {
  constructor(root) {
    this.part = (name) => root.querySelector("." + name);
    this.input = root.querySelector("input");
    this.bar = root.querySelector("progress");
    this.warn = (event) => event.preventDefault();
    this.part("choose").onclick = () => this.input.click();
    this.part("cancel").onclick = () => { this.stop(); this.tell("cancelled"); };
    this.input.onchange = () => { this.choose(this.input.files[0]); this.input.value = ""; };
    const zone = this.part("zone");
    const over = (is) => (event) => { event.preventDefault(); zone.classList.toggle("over", is); };
    zone.ondragenter = zone.ondragover = over(true);
    zone.ondragleave = over(false);
    zone.ondrop = (event) => { over(false)(event); this.choose(event.dataTransfer.files[0]); };
  }

  renew(data, tell) {
    if (this.data?.token !== data.token || this.data?.told !== data.told) this.say(data.told);
    if (this.request && data.token !== this.used) this.stop();
    this.data = data;
    this.tell = tell;
    this.input.accept = data.kinds.map((kind) => "." + kind).join(",");
    this.bar.ariaLabel = data.words.label;
    for (const name of ["label", "choose", "hint", "cancel"]) this.part(name).textContent = data.words[name];
    if (this.waiting && data.token !== this.used) this.send(this.waiting);
  }

  choose(file) {
    if (!file) return;
    const { kinds, limit, words, token } = this.data;
    if (!kinds.includes(file.name.split(".").pop().toLowerCase())) return this.say(words.otherKind);
    if (file.size > limit) return this.say(words.tooLarge);
    if (token !== this.used) return this.send(file);
    this.waiting = file;
    this.tell("again");
  }

  send(file) {
    const request = new XMLHttpRequest();
    this.request = request;
    this.waiting = null;
    this.used = this.data.token;
    this.say("");
    this.show(true);
    this.part("name").textContent = file.name;
    const began = performance.now();
    this.measure(0, file.size, 0);
    request.upload.onprogress = (event) => this.measure(event.loaded, file.size, (performance.now() - began) / 1000);
    request.onload = () => this.end(request.status === 204 ? "arrived" : "refused");
    request.onerror = () => this.end("broken");
    request.open("POST", this.data.address);
    request.setRequestHeader("X-Upload-Token", this.used);
    request.setRequestHeader("X-Upload-Name", encodeURIComponent(file.name.toWellFormed?.() ?? file.name));
    request.send(file);
    addEventListener("beforeunload", this.warn);
  }

  measure(sent, all, seconds) {
    const { words } = this.data;
    const done = sent >= all;
    this.bar.value = all ? sent / all : 1;
    const rate = seconds > 0.5 ? sent / seconds : 0;
    const told = { percent: Math.floor(100 * this.bar.value), sent: size(sent), all: size(all), rate: size(rate),
                   left: rate ? time((all - sent) / rate) : "" };
    const sentence = done ? words.keeping : rate ? words.measured : words.begun;
    this.part("measure").textContent = sentence.replace(/{(\w+)}/g, (_, name) => told[name]);
  }

  end(how) {
    removeEventListener("beforeunload", this.warn);
    if (how !== "arrived") { this.stop(); this.say(this.data.words.broken); }
    this.tell(how);
  }

  stop() {
    removeEventListener("beforeunload", this.warn);
    this.request?.abort();
    this.request = null;
    this.show(false);
  }

  show(sending) {
    this.part("zone").hidden = sending;
    this.part("sending").hidden = !sending;
  }

  say(sentence) {
    this.part("told").textContent = sentence;
    this.part("told").hidden = !sentence;
  }
}

function size(bytes) {
  const [unit, name] = bytes >= 1e9 ? [1e9, "GB"] : bytes >= 1e6 ? [1e6, "MB"] : [1e3, "KB"];
  return `${(bytes / unit).toFixed(bytes >= unit ? 1 : 0)} ${name}`;
}

function time(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
