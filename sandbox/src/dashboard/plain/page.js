// The app in the Dashboard: one state at a time, each the outcome of one task.

import { backEnd, returned } from "/link.js";
import { showPanels } from "/panels.js";

const CHOICE = "sandbox.choice";
const SETTLED = "sandbox.settled";
/** Errors of a link that only a new sign-in mends. */
const BROKEN = ["reconnect_required", "identity_changed"];

const form = document.querySelector("#who");
const states = document.querySelector("#states");
const config = await (await fetch("/config.json")).json();
const back = backEnd(config, who);

let turn = 0;
let refresh;
let retry;

// --- Who asks -----------------------------------------------------------------------------------

function who() {
  const [userId, accountId] = form.elements.user.value.split(" ");
  return { userId, accountId, mode: form.elements.mode.value };
}

function recallChoice() {
  const [user, mode] = (localStorage.getItem(CHOICE) ?? "").split("|");
  if (/^usr_[A-Za-z0-9]+ acct_[A-Za-z0-9]+$/.test(user) && form.querySelector(`option[value="${user}"]`)) {
    form.elements.user.value = user;
  }
  if (mode === "test" || mode === "live") {
    form.elements.mode.value = mode;
  }
}

function keepChoice() {
  localStorage.setItem(CHOICE, `${form.elements.user.value}|${form.elements.mode.value}`);
}

// --- Tasks: each returns the state to show ------------------------------------------------------

/** Runs a task and shows its outcome, unless something newer was begun meanwhile. */
async function run(task) {
  const mine = ++turn;
  show({ name: "checking" });
  const outcome = await task().catch((error) => ({ name: "error", error, retry: task }));
  if (mine === turn) {
    show(outcome);
  }
}

async function check() {
  try {
    return { name: "signed-in", user: await back.userinfo() };
  } catch (error) {
    if (error.code === "not_connected") {
      return signedOut();
    }
    if (BROKEN.includes(error.code)) {
      return { name: "error", error, retry: check, prepared: await back.prepare() };
    }
    throw error;
  }
}

/** Prepares the next sign-in before the click, so that "Sign in" is a real link. */
async function signedOut(note) {
  return { name: "signed-out", note, prepared: await back.prepare() };
}

async function signOut() {
  const note = await back.signOut();
  tellOtherTabs();
  return signedOut(note);
}

/** Finishes the sign-in that this browser came back from. */
async function finish(answer) {
  try {
    const user = await back.complete(answer);
    cleanAddress();
    tellOtherTabs();
    return { name: "signed-in", user };
  } catch (error) {
    if (error.passing) {
      return { name: "error", error, retry: () => finish(answer), startOver: true };
    }
    tellOtherTabs();
    return { name: "error", error, startOver: true };
  }
}

function cleanAddress() {
  history.replaceState(null, "", location.pathname);
}

/** The tab that waits for this one looks again. */
function tellOtherTabs() {
  localStorage.setItem(SETTLED, String(Date.now()));
}

// --- Showing ------------------------------------------------------------------------------------

function show(state) {
  clearTimeout(refresh);
  const hadFocus = states.contains(document.activeElement);
  for (const panel of states.children) {
    panel.hidden = panel.dataset.state !== state.name;
  }
  const panel = states.querySelector(`[data-state="${state.name}"]`);
  const fill = { "signed-out": showSignedOut, "signed-in": showSignedIn, error: showError }[state.name];
  fill?.((name) => panel.querySelector(`[data-field="${name}"]`), state);
  // What had the focus may be hidden now: keyboards go on from here.
  if (hadFocus) {
    states.focus();
  }
}

function showSignedOut(field, { note, prepared }) {
  write(field("note"), note);
  showSignIn(field("sign-in"), prepared);
}

function showSignedIn(field, { user }) {
  const name = user.name ?? user.email ?? user.id;
  write(field("name"), name);
  write(field("email"), user.email);
  const verified = user.email_verified === true;
  write(field("verified"), user.email && (verified ? "E-mail verified" : "E-mail not verified"));
  field("verified").classList.toggle("no", !verified);
  // Pictures from elsewhere would need a line in the page's policy; the initials do.
  const picture = user.picture?.startsWith("data:image/") ? user.picture : undefined;
  field("picture").hidden = !picture;
  field("picture").src = picture ?? "data:,";
  const initials = String(name).split(" ").map((word) => word[0]).join("").slice(0, 2);
  write(field("initials"), picture ? undefined : initials);
}

function showError(field, { error, retry: task, startOver, prepared }) {
  retry = task;
  write(field("code"), error.code ?? "page_error");
  write(field("message"), error.message);
  write(field("request"), error.requestId && `Request ${error.requestId}`);
  field("sign-in").hidden = !prepared;
  if (prepared) {
    showSignIn(field("sign-in"), prepared);
  }
  states.querySelector('[data-do="retry"]').hidden = !task;
  states.querySelector('[data-do="start-over"]').hidden = !startOver;
}

function showSignIn(link, { url, freshFor }) {
  link.href = url;
  refresh = setTimeout(() => run(check), freshFor);
}

function write(element, text) {
  element.textContent = text ?? "";
  element.hidden = !text;
}

// --- Wiring -------------------------------------------------------------------------------------

const actions = {
  check: () => run(check),
  retry: () => run(retry),
  "sign-out": () => run(signOut),
  "start-over": () => {
    cleanAddress();
    run(check);
  },
};

states.addEventListener("click", ({ target }) => {
  if (target.dataset.field === "sign-in") {
    show({ name: "waiting" });
  } else {
    actions[target.dataset.do]?.();
  }
});

form.addEventListener("change", () => {
  keepChoice();
  run(check);
});

window.addEventListener("storage", ({ key }) => {
  if (key === SETTLED) {
    run(check);
  }
});

recallChoice();
document.querySelector("#flow").textContent = config.flow;
showPanels(config);

const answer = returned(config.flow, location.href);
run(answer ? () => finish(answer) : check);

if (config.flow === "direct") {
  // No mode is signed in this flow, and the callback has stored the link before the browser comes back.
  form.querySelector("fieldset").hidden = true;
  if (location.pathname !== "/") {
    tellOtherTabs();
  }
}
