// The stand-ins for the SDK's components, and what the SDK asks of a Dashboard.

import { strict as assert } from "node:assert";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { launch } from "./support/browser.mjs";
import { startSandbox } from "./support/sandbox.mjs";
import { app, sees, visitor } from "./support/user.mjs";

const problem = (page, kind) => page.locator(`[data-problem="${kind}"]`);
/** The SDK's own names for what only stands inside something else. */
const PARTS = [
  ...["AccordionItem", "ChipList", "ListItem", "MenuGroup", "MenuItem", "PropertyListItem"],
  ...["Tab", "TabList", "TabPanel", "TabPanels"],
  ...["TableBody", "TableCell", "TableFooter", "TableHead", "TableHeaderCell", "TableRow", "TaskListItem"],
];

let sandbox;
let browser;
before(async () => {
  const args = ["--app", join(import.meta.dirname, "components")];
  [sandbox, browser] = await Promise.all([startSandbox({ bundle: "components", args }), launch()]);
});
after(async () => {
  await browser?.close();
  await sandbox?.stop();
});
const open = async (viewport, who = {}) => (await visitor(browser, sandbox, who)).open({ viewport });

describe("fields", () => {
  const label = (page, name) => app(page).getByLabel(name, { exact: true });

  test("show what the extension gives them, also when it changes", async () => {
    const page = await open("stripe.dashboard.drawer.default");
    await label(page, "Name").waitFor();
    const shown = async () => [
      ...(await Promise.all(["Name", "Notes", "Color", "Price", "Day"].map((name) => label(page, name).inputValue()))),
      await label(page, "Agreed").isChecked(),
      await label(page, "On").isChecked(),
      await label(page, "small").isChecked(),
    ];
    assert.deepEqual(await shown(), ["Ada", "first line", "green", "10.50", "2026-01-31", true, true, true]);
    assert.deepEqual(await label(page, "Color").locator("option").allTextContents(), ["Red", "Green", "Teal"]);

    await app(page).getByRole("button", { name: "Change all" }).click();
    await sees(page, "Kept: Grace abc teal false large 99 2026-02-01");
    assert.deepEqual(await shown(), ["Grace", "first line", "teal", "0.99", "2026-02-01", false, true, false]);
  });

  test("tell what is typed, and take back what the extension refuses", async () => {
    const page = await open("stripe.dashboard.drawer.default");
    const write = async (name, text) => {
      await label(page, name).press("End");
      await label(page, name).pressSequentially(text, { delay: 5 });
    };
    await write("Name", " Lovelace");
    await write("Four letters", "def");
    await label(page, "Color").selectOption("red");
    await label(page, "Agreed").uncheck();
    await label(page, "large").check();
    await label(page, "Price").fill("7.5");
    await label(page, "Day").fill("2026-03-04");
    await label(page, "Keys").press("Enter");
    await sees(page, "Kept: Ada Lovelace abcd red false large 750 2026-03-04 Enter");
    assert.equal(await label(page, "Four letters").inputValue(), "abcd");
    await label(page, "Notes").click();
    assert.equal(await label(page, "Price").inputValue(), "7.50");
  });

  test("are read-only, invalid, and without a visible label where they should be", async () => {
    const page = await open("stripe.dashboard.drawer.default");
    assert.equal(await label(page, "Fixed").isEditable(), false);
    assert.equal(await label(page, "Keys").getAttribute("aria-invalid"), "true");
    const line = (name) => label(page, name).evaluate((input) => getComputedStyle(input).borderTopColor);
    assert.deepEqual([await line("Keys"), await line("Name")], ["rgb(194, 50, 31)", "rgb(185, 198, 209)"]);
    const { width } = await app(page).getByText("Keys", { exact: true }).boundingBox();
    assert.ok(width <= 1);
    const [box, text] = await Promise.all([
      label(page, "Agreed").boundingBox(),
      app(page).getByText("Agreed", { exact: true }).boundingBox(),
    ]);
    assert.ok(text.x > box.x && Math.abs(text.y - box.y) < 10, "a checkbox has its label beside it");
  });
});

describe("components", () => {
  let page;
  const said = (what) => sees(page, `Said: ${what}`);
  const button = (name) => app(page).getByRole("button", { name, exact: true });
  before(async () => {
    page = await open("stripe.dashboard.customer.detail");
    await sees(page, "Parts:");
  });

  test("all that the SDK has are shown, and none is a placeholder", async () => {
    const parts = await app(page)
      .getByText(/^Parts: /)
      .textContent();
    assert.deepEqual(parts.replace("Parts: ", "").split(" ").sort(), PARTS.sort());
    assert.deepEqual(await app(page).locator(".x-unknown").allTextContents(), []);
    assert.deepEqual(await page.locator("[data-problem]").allTextContents(), []);
  });

  test("act as the SDK says", async () => {
    for (const [press, heard] of [
      [() => app(page).getByText("Accordion title").click(), "accordion true"],
      [() => button("Accordion action").click(), "accordion action"],
      [() => app(page).getByText("Suggested").click(), "suggested"],
      [() => button("Remove Status").click(), "chip closed"],
      [() => app(page).getByLabel("Select row_1").check(), "picked row_1"],
      [() => app(page).getByText("Grace").first().click(), "row row_1"],
      [() => app(page).getByText("First item").click(), "list first"],
      [
        () =>
          button("Open menu")
            .click()
            .then(() => app(page).getByRole("menuitem", { name: "Copy it" }).click()),
        "menu copy",
      ],
      [() => app(page).getByRole("tab", { name: "Right tab" }).click(), "tab right"],
      [() => button("complete Task").click(), "task"],
      [() => app(page).getByLabel("DateRangePicker").selectOption("today"), "range today"],
      [() => button("Submit").click(), "submitted pro"],
      [() => button("Save").click(), "saved"],
      [() => button("Page action").click(), "pressed"],
    ]) {
      await press();
      await said(heard);
    }
    await app(page).getByLabel("SearchField").click();
    await app(page).getByRole("option", { name: "One result" }).click();
    await said("found one");
    await button("Actions for row_0").first().click();
    await app(page).getByRole("menuitem", { name: "Refund" }).click();
    await said("refund row_0");
    await app(page)
      .getByLabel("StripeFileUploader")
      .setInputFiles({ name: "proof.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
    await said("proof.txt");
  });

  test("show their data", async () => {
    const row = app(page).locator("tbody tr").filter({ hasText: "Ada" }).first();
    const tip = app(page).getByText("Tooltip text");
    assert.equal(await tip.isVisible(), false);
    await button("Hover").hover();
    await tip.waitFor();
    await app(page).locator("summary").getByTitle("bank").waitFor();
    await app(page).locator("tfoot").getByText("Footer").waitFor();
    await row.getByText("$10.99").waitFor();
    await row.getByText("Oct 25, 1985").waitFor();
    await row.getByRole("link", { name: "A page" }).waitFor();
    await app(page).getByText("1–2 of 3 results").waitFor();
    await button("Next").click();
    await app(page).getByText("3–3 of 3 results").waitFor();
    await app(page).getByText("Nobody yet").waitFor();
    await app(page).getByRole("img", { name: "Sales Jan 1: 1; Sales Feb 1: 3; Sales Mar 1: 2" }).first().waitFor();
    await app(page).getByText("Right panel").waitFor();
    assert.equal(await app(page).getByText("Left panel").count(), 0);
    await app(page).getByRole("tab", { name: "Far tab" }).click();
    await app(page).getByText("Far panel").waitFor();
  });
});

describe("what extensions of SDK 8 and older do", () => {
  test("has its old meaning", async () => {
    const page = await open("stripe.dashboard.payment.list");
    await app(page).getByRole("button", { name: "Close" }).click();
    await sees(page, "Said: closed");
    await app(page).getByLabel("Day").fill("2026-05-06");
    await sees(page, "Said: date 2026-05-06");
    assert.equal(await app(page).getByLabel("Quantity").inputValue(), "2");
    await app(page).getByLabel("Quantity").selectOption("3");
    await app(page).getByRole("tab", { name: "Alpha" }).waitFor();
    await sees(page, "Content of a tab");
    await sees(page, "First panel");
    await app(page).getByRole("tab", { name: "Two" }).click();
    await sees(page, "Second panel");
    assert.equal(await app(page).getByLabel("Quantity").inputValue(), "3");
    const row = app(page).locator(".x-stack-x", { hasText: "in a row" });
    assert.equal(await row.evaluate((box) => getComputedStyle(box).flexDirection), "row");
    assert.equal(await row.evaluate((box) => getComputedStyle(box).backgroundColor), "rgb(243, 246, 248)");
  });

  test("an unknown component keeps what it holds, and bad props stay with theirs", async () => {
    const page = await open("stripe.dashboard.payment.list");
    const stranger = app(page).locator('[data-placeholder="Nonesuch"]');
    await stranger.getByText("<Nonesuch> has no stand-in").waitFor();
    await stranger.getByText("Held by a stranger").waitFor();
    await app(page).getByText("<div> is HTML, which Stripe does not show").waitFor();
    await app(page).getByText("<DataTable> cannot be shown").waitFor();
    await problem(page, "props").getByText("<DataTable>").waitFor();
    await problem(page, "element").getByText("<Badge media={<…>}>").waitFor();
    await app(page).getByRole("button", { name: "Close" }).click();
    await sees(page, "Badged: closed");
  });
});

describe("css", () => {
  test("is translated, and a note beside the view names what Stripe does not take", async () => {
    const page = await open("stripe.dashboard.customer.list");
    const style = (text, ...properties) =>
      app(page)
        .getByText(text, { exact: true })
        .evaluate((box, names) => names.map((name) => getComputedStyle(box)[name]), properties);
    await sees(page, "refused");
    assert.deepEqual(
      await style("bordered", "borderTopWidth", "borderTopStyle", "borderTopColor", "borderBottomStyle"),
      ["2px", "solid", "rgb(194, 50, 31)", "dashed"],
    );
    const grid = app(page).locator(".x-box", { hasText: "three" }).first();
    assert.equal((await grid.evaluate((box) => getComputedStyle(box).gridTemplateColumns)).split(" ").length, 3);
    assert.deepEqual(await style("bled", "marginLeft", "marginRight"), ["-16px", "-16px"]);
    assert.deepEqual(await style("at the end", "alignSelf"), ["end"]);
    for (const [property, value] of [
      ["padding", '"12px"'],
      ["color", '"toString"'],
      ["flex", "1"],
    ]) {
      await problem(page, "css").getByText(`<Box css={{ ${property}: ${value} }}>`).waitFor();
    }
    assert.equal(await problem(page, "css").count(), 3);

    await page.getByRole("navigation", { name: "Views" }).getByTitle("stripe.dashboard.drawer.default").click();
    await app(page).getByText("Fields", { exact: true }).waitFor();
    assert.equal(await problem(page, "css").count(), 0, "another view has other notes");
  });
});

describe("Stripe's API", () => {
  const ask = async (page, name) => {
    await app(page).getByRole("button", { name, exact: true }).click();
    await app(page)
      .getByText(/^Answer: (client )?\d/)
      .waitFor();
    return app(page)
      .getByText(/^Answer: /)
      .textContent();
  };

  test("answers with what the sandbox has, in Stripe's shape", async () => {
    const page = await open("stripe.dashboard.payment.detail");
    assert.match(await ask(page, "Customer"), /^Answer: 200 .*"id":"cus_SandboxCustomer"/);
    await page.reload();
    assert.match(await ask(page, "Customers by client"), /^Answer: client 200 .*"object":"list".*cus_SandboxCustomer/);
    await page.reload();
    assert.match(
      await ask(page, "Climate orders"),
      /^Answer: 404 .*"type":"invalid_request_error".*GET \/v1\/climate\/orders/,
    );
    await problem(page, "stripe_api").getByText("GET /v1/climate/orders").waitFor();
  });

  test("a call whose permission is not declared is refused, with the line to add", async () => {
    const page = await open("stripe.dashboard.payment.detail");
    assert.match(await ask(page, "Payments"), /^Answer: 403 .*more_permissions_required_for_application/);
    await problem(page, "stripe_api").getByText('{"permission":"payment_intent_read","purpose":"…"}').waitFor();
    await problem(page, "stripe_api").getByText("stripe-app.json").waitFor();
  });

  test("a field is expanded where the permission for what it holds is declared", async () => {
    const page = await open("stripe.dashboard.payment.detail");
    assert.match(await ask(page, "Invoice and customer"), /^Answer: 200 .*"customer":\{.*"id":"cus_SandboxCustomer"/);
    await page.reload();
    assert.match(await ask(page, "Invoice and subscription"), /^Answer: 403 .*'subscription_read'/);
  });

  test("secrets rest in the Secret Store, in the account's scope and the signed-in user's own", async () => {
    const page = await open("stripe.dashboard.payment.detail", { as: "usr_keeper" });
    assert.match(await ask(page, "Keep"), /^Answer: 200 .*"user":"usr_keeper"/);
    await page.reload();
    assert.match(await ask(page, "Find"), /^Answer: 200 .*"payload":"kept"/);
    await page.reload();
    assert.match(await ask(page, "Steal"), /^Answer: 403 /);
    await page.reload();
    assert.match(await ask(page, "Share"), /^Answer: 200 /);
    const other = await open("stripe.dashboard.payment.detail", { as: "usr_other" });
    assert.match(await ask(other, "Find"), /^Answer: 404 .*resource_missing/);
    await other.reload();
    assert.match(await ask(other, "Find shared"), /^Answer: 200 .*"payload":"shared"/);
  });
});

describe("a full page", () => {
  const place = (page) => new URL(page.url()).hash;
  const press = (page, name) => app(page).getByRole("button", { name, exact: true }).click();

  test("goes where its routes lead, and the browser's Back and a reload know where it is", async () => {
    const page = await open("stripe.dashboard.fullpage");
    await press(page, "Gold only");
    await sees(page, "Tier: gold");
    assert.equal(place(page), "#/?tier=gold");
    await press(page, "Open member");
    await sees(page, "Member m/1");
    assert.equal(place(page), "#/members/m%2F1");
    await page.reload();
    await sees(page, "Member m/1");
    await app(page).getByRole("button", { name: "All members" }).click();
    await sees(page, "Tier: any");
    await press(page, "New member");
    await sees(page, "A new member");
    await page.goBack();
    await sees(page, "Tier: any");
  });

  test("remembers in the app's storage, for every view", async () => {
    const page = await open("stripe.dashboard.fullpage");
    await press(page, "Remember");
    await sees(page, "Note: remembered");
    await page.locator('[data-viewport="stripe.dashboard.drawer.default"]').first().click();
    await app(page).getByText("Fields", { exact: true }).waitFor();
    await page.locator('nav [data-viewport="stripe.dashboard.fullpage"]').click();
    await sees(page, "Note: remembered");
  });

  test("links into the Dashboard", async () => {
    const page = await open("stripe.dashboard.fullpage");
    await app(page).getByText("Rules").click();
    await page.getByText("Dashboard route /radar/rules").waitFor();
    await app(page).getByText("A customer", { exact: true }).click();
    await sees(page, "Said: nothing");
  });

  test("has a column beside its first where there is room", async () => {
    const page = await open("stripe.dashboard.fullpage");
    await sees(page, "Members");
    const [first, second] = await Promise.all([
      app(page).locator(".x-column-primary").boundingBox(),
      app(page).locator(".x-column-secondary").boundingBox(),
    ]);
    const isWide = (await app(page).boundingBox()).width > 44 * 15;
    assert.equal(second.x > first.x, isWide);
  });
});
