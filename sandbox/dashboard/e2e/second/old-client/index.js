// Imports what old versions of the `stripe` package import, in the way they do.

const { EventEmitter } = require("events");
const { createHmac } = require("crypto");
const { exec } = require("child_process");
const http = require("http");
const path = require("path");
const url = require("url");

class Client extends EventEmitter {
  constructor() {
    super();
    this.agent = http.Agent && new http.Agent({ keepAlive: true });
    this.host = url.parse("https://api.stripe.com/v1/").hostname;
    this.file = path.join("lib", "stripe.js");
    this.sign = (text) => createHmac("sha256", "key").update(text).digest("hex");
    this.platform = process.platform;
    this.exec = exec;
  }
}

module.exports = Client;
