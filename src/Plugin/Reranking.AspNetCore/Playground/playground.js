// @ts-check
// Every text, of people and of the server, goes into the page as a text node: nothing here parses markup.

/** @typedef {{ start: number, end: number }} Span */
/** @typedef {{ raw_score: number, is_truncated: boolean, tokens?: number, best_window?: Span }} Details */
/** @typedef {{ index: number, relevance_score: number, details?: Details }} Result */
/** @typedef {{ name: string, results: Result[], warnings: string[], tokens: number, server: string | null, total: number }} Answer */

const SAMPLE_QUERY = "My parcel never arrived. Do I get a refund?";
const SAMPLE = [
  "Saving money: a yearly plan costs ten months instead of twelve, and you can go back to monthly payments under Settings, Billing.",
  "Parcel sizes: a small parcel holds up to 2 kg and a large one up to 20 kg. We pick the box for you.",
  "Money on your account: your credit is shown at the top of the page and never expires. You can spend it on any order.",
  "Getting back into your account: choose 'Forgot password' on the sign-in page and follow the link that we send you.",
  "Tracking: every parcel has a number. Enter it on the tracking page and the map shows where your parcel is now.",
  "Delivery times: standard delivery takes two to four working days, express delivery one. Orders placed after 4 pm leave on the next day.",
  "Sending an item back: put it into its box, print the label under My orders and hand the parcel in at any shop within 30 days.",
  "Broken on arrival: take a photo of the item and of its box, and send both to us within a week. We repair or replace it.",
  "Ways to pay: we take credit cards, bank transfer and gift cards. Your card is charged when the order leaves the warehouse.",
  "Changing the address: as long as the order has not left the warehouse, you can change where it goes under My orders.",
  "Lost deliveries: when an order does not arrive within ten days, it counts as lost, and we refund the full price to your card or send it again.",
  "Gift cards: a gift card can be used for several orders, is valid for three years and can't be exchanged for cash.",
];

const MAX_SHOWN = 100;      // more are shown on demand
const MAX_EXCERPT = 480;    // characters of a document, before "Show all"
const AROUND_WINDOW = 80;   // characters shown before and after the best window
const HEREDOC = "JSON";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (byId("form"));
const query = /** @type {HTMLInputElement} */ (byId("query"));
const documentsBox = /** @type {HTMLTextAreaElement} */ (byId("documents"));
const model = /** @type {HTMLSelectElement} */ (byId("model"));
const other = /** @type {HTMLSelectElement} */ (byId("other"));
const key = /** @type {HTMLInputElement} */ (byId("key"));
const rankings = byId("rankings");

/** @type {AbortController | null} */
let current = null;

/** An error whose message is for the person at the page. */
class PageError extends Error {}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {...(Node | string)} children
 */
function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) {
    node.className = className;
  }
  node.append(...children);
  return node;
}

/**
 * @param {number} count
 * @param {string} noun
 */
const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** The documents that the box holds: by blank lines if there are any, else by lines. */
function readDocuments() {
  const text = documentsBox.value.trim();
  return text.split(/\n[^\S\n]*\n/.test(text) ? /\n(?:[^\S\n]*\n)+/ : "\n").map((part) => part.trim()).filter((part) => part.length > 0);
}

function showCount() {
  const count = readDocuments().length;
  byId("documents-count").textContent = count === 0 ? "No documents" : counted(count, "document");
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function ask(path, init) {
  const headers = new Headers(init.headers);
  if (key.value) {
    headers.set("Authorization", `Bearer ${key.value}`);
  }
  /** @type {Response} */
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), { ...init, headers, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new PageError("The server did not answer. Is it still running?");
  }
  if (response.ok) {
    return response;
  }
  if (response.status === 401) {
    byId("key-field").hidden = false;
  }
  throw new PageError(await describe(response));
}

/**
 * What a server says is wrong, in whichever vendor's field.
 * @param {Response} response
 */
async function describe(response) {
  let said = "";
  try {
    const body = await response.json();
    said = [body.message, body.detail, body.error, body.error?.message].find((text) => typeof text === "string") ?? "";
  } catch {
    // A proxy's page, or nothing at all: the status is what there is to tell.
  }
  const wait = response.headers.get("Retry-After");
  const again = wait !== null && /^\d+$/.test(wait) ? ` Try again in ${counted(Number(wait), "second")}.` : "";
  const hint = response.status === 404 && !said ? " Are the rerank endpoints mapped beside this page?" : "";
  return `The server answered ${response.status}${said ? `: ${said}` : "."}${again}${hint}`;
}

async function loadModels() {
  const response = await ask("v1/models", { method: "GET" });
  /** @type {string[]} */
  const names = (await response.json()).data.map((/** @type {{ id: string }} */ entry) => entry.id);
  const options = names.map((name) => new Option(name, name));
  model.replaceChildren(...(names.length === 1 ? options : [new Option("Default of the server", ""), ...options]));
  other.replaceChildren(new Option("no other", ""), ...names.map((name) => new Option(name, name)));
  byId("other-field").hidden = names.length < 2;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string[]} documents
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function rerank(name, text, documents, signal) {
  const start = performance.now();
  const response = await ask("v2/rerank", {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...(name ? { model: name } : {}), query: text, documents, return_details: true }),
  });
  const body = await response.json();
  return {
    name: name || "Default of the server",
    results: body.results,
    warnings: body.meta?.warnings ?? [],
    tokens: body.meta?.tokens?.input_tokens ?? 0,
    server: response.headers.get("x-total-time"),
    total: performance.now() - start,
  };
}

/** @param {string} message */
function showError(message) {
  byId("error").replaceChildren(element("p", "error", message));
  byId("status").textContent = "";
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {string} message
 */
function refuse(field, message) {
  field.setAttribute("aria-invalid", "true");
  showError(message);
  field.focus();
}

async function submit() {
  current?.abort();
  const controller = new AbortController();
  current = controller;
  const documents = readDocuments();
  query.removeAttribute("aria-invalid");
  documentsBox.removeAttribute("aria-invalid");
  byId("error").replaceChildren();
  byId("results").removeAttribute("aria-busy");
  if (query.value.trim() === "") {
    refuse(query, "Write a query first.");
    return;
  }
  if (documents.length === 0) {
    refuse(documentsBox, "Paste at least one document first.");
    return;
  }

  const names = [model.value, ...(other.selectedIndex > 0 ? [other.value] : [])];
  byId("results").setAttribute("aria-busy", "true");
  try {
    /** @type {Answer[]} */
    const answers = [];
    for (const name of names) {   // one after the other, so that neither model slows the other's milliseconds
      byId("status").textContent = `Reranking ${counted(documents.length, "document")}${name ? ` with ${name}` : ""}…`;
      answers.push(await rerank(name, query.value, documents, controller.signal));
    }
    showAnswers(answers, documents);
    showCode(names[0], query.value, documents);
  } catch (error) {
    if (controller.signal.aborted) {
      return;   // the next one has begun
    }
    rankings.replaceChildren();
    showError(error instanceof PageError ? error.message : "The answer of the server can't be read.");
    if (!byId("key-field").hidden && key.value === "") {
      key.focus();
    }
  } finally {
    if (current === controller) {
      byId("results").removeAttribute("aria-busy");
    }
  }
}

/**
 * @param {Answer[]} answers
 * @param {string[]} documents
 */
function showAnswers(answers, documents) {
  rankings.className = answers.length > 1 ? "two" : "";
  rankings.replaceChildren(...answers.map((answer, column) => ranking(answer, documents, column)));
  const best = answers.map((answer) => answer.results[0]).filter((result) => result !== undefined);
  const first = answers.length === 1 && best.length === 1 ? ` The best one was ${ordinal(best[0].index + 1)} before.` : "";
  byId("status").textContent =
    `${counted(documents.length, "document")} reranked.${first}${answers.length > 1 ? agreement(answers) : ""}`;
}

/** @param {number} place */
function ordinal(place) {
  const rest = place % 100 > 10 && place % 100 < 14 ? 0 : place % 10;
  return `${place}${["th", "st", "nd", "rd"][rest] ?? "th"}`;
}

/** @param {Answer[]} answers */
function agreement(answers) {
  const depth = Math.min(5, ...answers.map((answer) => answer.results.length));
  const [one, two] = answers.map((answer) => answer.results.slice(0, depth).map((result) => result.index));
  const common = one.filter((index) => two.includes(index)).length;
  return depth === 0 ? "" : ` The best ${depth} of both have ${common} in common, and ${one[0] === two[0] ? "the same is first" : "another is first"}.`;
}

/**
 * @param {Answer} answer
 * @param {string[]} documents
 * @param {number} column
 */
function ranking(answer, documents, column) {
  const title = element("h3", "", answer.name);
  title.id = `ranking-${column}`;
  const cut = answer.results.filter((result) => result.details?.is_truncated).length;
  const facts = [
    answer.server === null ? "" : `${answer.server} ms on the server`,
    `${Math.round(answer.total)} ms round trip`,
    answer.tokens > 0 ? counted(answer.tokens, "token") : "",
    cut > 0 ? `${cut} cut` : "",
  ];
  const list = element("ol", "ranking");
  list.setAttribute("role", "list");   // a list without markers is none to VoiceOver
  list.setAttribute("aria-labelledby", title.id);
  const items = answer.results.map((result, place) => item(result, place, documents[result.index]));
  const section = element("section", "", title, element("p", "facts", facts.filter((fact) => fact !== "").join(" · ")));
  section.setAttribute("aria-labelledby", title.id);
  if (answer.warnings.length > 0) {
    section.append(element("ul", "warnings", ...answer.warnings.map((warning) => element("li", "", warning))));
  }
  section.append(list);
  list.append(...items.slice(0, MAX_SHOWN));
  if (items.length > MAX_SHOWN) {
    const more = element("button", "small", `Show the other ${items.length - MAX_SHOWN}`);
    more.addEventListener("click", () => {
      list.append(...items.slice(MAX_SHOWN));
      more.remove();
      items[MAX_SHOWN].tabIndex = -1;
      items[MAX_SHOWN].focus();
    });
    section.append(more);
  }
  requestAnimationFrame(() => animate(list));
  return section;
}

/**
 * @param {Result} result
 * @param {number} place
 * @param {string} text
 */
function item(result, place, text) {
  const moved = result.index - place;
  const move = element("span", "move");
  if (moved === 0) {
    move.append("stays");
  } else {
    const arrow = element("span", "", moved > 0 ? "▲ " : "▼ ");
    arrow.setAttribute("aria-hidden", "true");
    const way = element("span", moved > 0 ? "up" : "down", arrow, element("span", "aside", moved > 0 ? "up " : "down "), String(Math.abs(moved)));
    move.append(way, `, was ${result.index + 1}`);
  }
  const score = element("span", "score", element("span", "aside", "score "), result.relevance_score.toFixed(3));
  const line = element("div", "line", element("span", "rank", String(place + 1)), move, score);
  const fill = element("span");
  fill.style.inlineSize = `${Math.min(Math.max(result.relevance_score, 0), 1) * 100}%`;   // set from code, which the policy allows
  const bar = element("div", "bar", fill);
  bar.setAttribute("aria-hidden", "true");
  const node = element("li", "", line, bar, ...passage(text, result.details?.best_window));
  node.dataset.index = String(result.index);
  if (result.details) {
    const facts = element("p", "facts", `raw score ${result.details.raw_score.toFixed(3)}`);
    if (result.details.tokens !== undefined) {
      facts.append(` · ${counted(result.details.tokens, "token")}`);
    }
    if (result.details.best_window) {
      facts.append(` · best window: characters ${result.details.best_window.start + 1} to ${result.details.best_window.end}`);
    }
    if (result.details.is_truncated) {
      facts.append(" · ", element("span", "cut", "cut: longer than the model reads"));
    }
    node.append(facts);
  }
  for (const name of ["pointerenter", "pointerleave"]) {
    node.addEventListener(name, () => rankings.querySelectorAll(`li[data-index="${result.index}"]`).forEach(
      (twin) => twin.classList.toggle("same", name === "pointerenter" && rankings.classList.contains("two"))));
  }
  return node;
}

/**
 * The text with its best window marked; of a long one, an excerpt that can be opened.
 * @param {string} text
 * @param {Span | undefined} span
 * @returns {HTMLElement[]}
 */
function passage(text, span) {
  const start = span ? Math.min(span.start, text.length) : 0;
  const end = span ? Math.min(Math.max(span.end, start), text.length) : 0;
  const box = element("p", "text");
  box.dir = "auto";
  /**
   * @param {number} from
   * @param {number} to
   */
  const show = (from, to) => {
    const windowFrom = Math.min(Math.max(start, from), to);
    const windowTo = Math.min(Math.max(end, from), to);
    const marked = windowTo > windowFrom ? [element("mark", "", text.slice(windowFrom, windowTo))] : [];
    box.replaceChildren(from > 0 ? "… " : "", text.slice(from, windowFrom), ...marked, text.slice(windowTo, to), to < text.length ? " …" : "");
  };
  if (text.length <= MAX_EXCERPT) {
    show(0, text.length);
    return [box];
  }
  const excerptFrom = whole(text, end > 0 ? Math.max(0, start - AROUND_WINDOW) : 0);
  const excerptTo = whole(text, Math.min(text.length, (end > 0 ? Math.min(end, start + MAX_EXCERPT) + AROUND_WINDOW : MAX_EXCERPT)));
  const button = element("button", "small", "Show the whole document");
  button.setAttribute("type", "button");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    const expands = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(expands));
    show(expands ? 0 : excerptFrom, expands ? text.length : excerptTo);
  });
  show(excerptFrom, excerptTo);
  return [box, button];
}

/**
 * A position that parts no surrogate pair.
 * @param {string} text
 * @param {number} at
 */
const whole = (text, at) => (at > 0 && at < text.length && text.charCodeAt(at) >> 10 === 0x37 ? at - 1 : at);

/**
 * Moves each document from the place it had to the one it has.
 * @param {HTMLElement} list
 */
function animate(list) {
  const items = /** @type {HTMLElement[]} */ ([...list.children]);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || items.length === 0 || items.length >= MAX_SHOWN) {
    return;
  }
  let top = items[0].offsetTop;
  const before = [...items].sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index));
  for (const node of before) {
    node.animate([{ transform: `translateY(${top - node.offsetTop}px)` }, { transform: "none" }], { duration: 700, easing: "ease-in-out" });
    top += node.offsetHeight + 8;
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string[]} documents
 */
function showCode(name, text, documents) {
  const address = new URL("v2/rerank", document.baseURI);
  const isProtected = !byId("key-field").hidden;
  const body = [
    "{",
    ...(name ? [`  "model": ${JSON.stringify(name)},`] : []),
    `  "query": ${JSON.stringify(text)},`,
    '  "documents": [',
    documents.map((part) => `    ${JSON.stringify(part)}`).join(",\n"),
    "  ]",
    "}",
  ].join("\n");
  byId("curl").textContent = [
    `curl '${address.href.replaceAll("'", "%27")}' \\`,
    ...(isProtected ? ['  -H "Authorization: Bearer $RERANKING_KEY" \\'] : []),
    `  -H 'Content-Type: application/json' --data-binary @- <<'${HEREDOC}'`,
    body,
    HEREDOC,
  ].join("\n");
  byId("csharp").textContent = [
    "// dotnet add package Reranking.Http; in Program.cs, with the settings below:",
    'builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddHttp();',
    "",
    "// Where you search, with the Reranker injected:",
    `string question = ${csharpLiteral(text)};`,
    "RerankingResult<string> result = await reranker.RerankAsync(question, documents);",
    "foreach ((string document, int was, RelevanceScore? relevance) in result.Ranking)",
    "{",
    '    Console.WriteLine($"{relevance?.Value:0.000} (was {was + 1}) {document}");',
    "}",
  ].join("\n");
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname);
  const scorer = {
    Provider: "Vllm",
    Endpoint: new URL("v1/rerank", document.baseURI).href,
    ...(name ? { Model: name } : {}),
    ...(isProtected ? { ApiKey: "" } : {}),
    ...(address.protocol === "http:" && !isLoopback ? { AllowInsecureHttp: true } : {}),
  };
  byId("settings").textContent = JSON.stringify({ Reranking: { Scorers: { server: scorer } } }, null, 2);
  byId("code").hidden = false;
}

/**
 * JSON's escapes are C#'s too, but C# ends a line in three places more.
 * @param {string} text
 */
const csharpLiteral = (text) =>
  JSON.stringify(text).replace(/[\u0085\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** @param {HTMLElement} button */
async function copy(button) {
  const source = byId(button.dataset.copy ?? "");
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
  } catch {
    // There is no clipboard without HTTPS, but on this machine: select, and copy as a person would.
    getSelection()?.selectAllChildren(source);
    if (!document.execCommand("copy")) {
      byId("copied").textContent = "Selected; press Ctrl + C.";
      return;
    }
  }
  byId("copied").textContent = "Copied.";
  const label = button.firstChild;
  if (label) {
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 2000);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
documentsBox.addEventListener("input", showCount);
documentsBox.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    submit();
  }
});
byId("sample").addEventListener("click", () => {
  query.value = SAMPLE_QUERY;
  documentsBox.value = SAMPLE.join("\n");
  showCount();
  byId("status").textContent = "The sample is loaded. Rerank it.";
});
key.addEventListener("change", () => loadModels().then(() => byId("error").replaceChildren(), () => { /* said when reranking */ }));
document.querySelectorAll("button[data-copy]").forEach((button) => button.addEventListener("click", () => copy(/** @type {HTMLElement} */ (button))));
showCount();   // browsers keep what was typed before a reload
loadModels().catch((error) => showError(error instanceof PageError ? error.message : "The list of models can't be read."));
