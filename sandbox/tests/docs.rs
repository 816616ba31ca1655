//! Checks the Markdown files: every link leads somewhere, and every piece of code comes from a file that is compiled or
//! run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use sandbox::testing::cargo::cargo;

/// Languages of blocks that people would copy into their own code.
const LANGUAGES: [&str; 7] = ["rust", "js", "ts", "tsx", "yaml", "toml", "python"];
/// Folders that are not ours, or not tracked.
const LEFT_OUT: [&str; 4] = ["target", "node_modules", ".git", "corpus"];

fn workspace() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
}

/// A fenced block of code: what follows its fence, and its lines.
struct Block {
    info: String,
    text: String,
}

#[derive(Default)]
struct Page {
    links: Vec<String>,
    anchors: BTreeSet<String>,
    blocks: Vec<Block>,
}

impl Page {
    fn read(markdown: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        let mut block: Option<Block> = None;
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.add_heading(&heading.take().unwrap_or_default()),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    block = Some(Block { info: info.into_string(), text: String::new() });
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(block) = &mut block {
                        block.text.push_str(&text);
                    } else if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }

    /// By GitHub's rule: lower case, blanks become hyphens, punctuation is dropped, and repetitions are numbered.
    fn add_heading(&mut self, text: &str) {
        let kept = text.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it));
        let anchor: String =
            kept.flat_map(char::to_lowercase).map(|it| if it == ' ' { '-' } else { it }).collect();
        let taken = |anchor: &String| self.anchors.contains(anchor);
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|anchor| !taken(anchor));
        self.anchors.extend(free);
    }
}

/// All Markdown files of the repository, by path from its root.
fn pages() -> BTreeMap<PathBuf, Page> {
    let root = workspace();
    let mut pages = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                if !LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let page = Page::read(&fs::read_to_string(&path).unwrap());
                pages.insert(path.strip_prefix(&root).unwrap().to_owned(), page);
            }
        }
    }
    pages
}

/// Where a link leads, from the repository's root; `None` if that is outside.
fn resolved(from: &Path, link: &str) -> Option<PathBuf> {
    let mut path = from.parent().unwrap().to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

fn problem_of(pages: &BTreeMap<PathBuf, Page>, from: &Path, link: &str) -> Option<String> {
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() { Some(from.to_owned()) } else { resolved(from, file) };
    let Some(target) = target else {
        return Some("it leads out of the repository".to_owned());
    };
    if !workspace().join(&target).exists() {
        return Some(format!("there is no {}", target.display()));
    }
    let has_anchor = || pages.get(&target).is_some_and(|page| page.anchors.contains(fragment));
    (!fragment.is_empty() && !has_anchor()).then(|| format!("{} has no #{fragment}", target.display()))
}

#[test]
fn every_relative_link_of_every_page_leads_somewhere() {
    let pages = pages();
    let mut followed = 0;
    let mut problems = Vec::new();
    for (path, page) in &pages {
        let relative =
            |link: &&String| !["https:", "http:", "mailto:"].iter().any(|start| link.starts_with(start));
        for link in page.links.iter().filter(relative) {
            followed += 1;
            if let Some(problem) = problem_of(&pages, path, link) {
                problems.push(format!("{}: ({link}): {problem}", path.display()));
            }
        }
    }
    assert!(pages.len() > 15 && followed > 100, "{} pages, {followed} links", pages.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let page = "# A title: with `code` & more\n\n## Twice\n\n## Twice\n";
    let pages = BTreeMap::from([(PathBuf::from("docs/flows.md"), Page::read(page))]);
    let problem = |link| problem_of(&pages, Path::new("docs/flows.md"), link);
    for link in
        ["#a-title-with-code--more", "flows.md#twice", "../docs/flows.md#twice-1", "../app", "../test"]
    {
        assert_eq!(problem(link), None, "{link}");
    }
    for link in [
        "#twice-2",
        "flows.md#A-title",
        "nowhere.md",
        "../sandbox/tests/nowhere",
        "../../x",
        "/docs",
        "../test#a",
    ] {
        assert!(problem(link).is_some(), "{link}");
    }
}

#[test]
fn a_page_lists_every_folder_of_the_top_level() {
    let pages = pages();
    let mut blocks = pages.values().flat_map(|page| &page.blocks);
    let list = blocks.find(|block| block.text.contains("\nshared/ ")).expect("a list of folders");
    let listed: BTreeSet<_> = list
        .text
        .lines()
        .filter_map(|line| Some(line.split_whitespace().next()?.strip_suffix('/')?.to_owned()))
        .collect();
    let entries = fs::read_dir(workspace()).unwrap().map(Result::unwrap);
    let folders: BTreeSet<_> = entries
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && !LEFT_OUT.contains(&&**name))
        .collect();
    assert_eq!(listed, folders);
}

/// The lines that are not blank, without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// A block names the file it comes from, `from=file`, or the place in the template where it is to be pasted, `into=path`,
/// which deploy/tests does.
#[test]
fn every_piece_of_code_is_from_a_file_that_is_compiled_or_run() {
    let mut held = 0;
    for (path, page) in pages() {
        for Block { info, text } in page.blocks {
            let mut words = info.split_whitespace();
            if !words.next().is_some_and(|language| LANGUAGES.contains(&language)) {
                continue;
            }
            let origin = words.next().unwrap_or_default();
            let at = format!("{}: ```{info}", path.display());
            if let Some(file) = origin.strip_prefix("from=") {
                let source = fs::read_to_string(workspace().join(file))
                    .unwrap_or_else(|error| panic!("{at}: {error}"));
                let block = lines(&text);
                assert!(!block.is_empty(), "{at}: is empty");
                let is_there = lines(&source).windows(block.len()).any(|piece| piece == block);
                assert!(is_there, "{at}: {file} has no such lines:\n{text}");
                held += 1;
            } else {
                assert!(origin.starts_with("into="), "{at}: nobody knows whether this works");
            }
        }
    }
    assert!(held >= 3, "{held} blocks");
}

/// The copy made as docs/your-own-endpoint.md says compiles, as a member of the workspace, under its own name.
#[test]
fn the_example_can_be_copied_as_the_page_says() {
    let page = Page::read(&fs::read_to_string(workspace().join("docs/your-own-endpoint.md")).unwrap());
    let script = page.blocks.iter().find(|block| block.info == "sh" && block.text.starts_with("name="));
    let script = &script.expect("a block that makes the copy").text;
    let name = script.lines().next().and_then(|line| line.strip_prefix("name=")).unwrap();

    let copy = workspace().join("target/own-endpoint");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).unwrap();
    // Everything but the files to change is linked.
    for entry in fs::read_dir(workspace()).unwrap() {
        let entry = entry.unwrap();
        if !["functions", "Cargo.toml", "Cargo.lock", "target", ".git"]
            .iter()
            .any(|it| entry.file_name() == *it)
        {
            std::os::unix::fs::symlink(entry.path(), copy.join(entry.file_name())).unwrap();
        }
    }
    fs::create_dir(copy.join("functions")).unwrap();
    for entry in fs::read_dir(workspace().join("functions")).unwrap() {
        let entry = entry.unwrap();
        std::os::unix::fs::symlink(entry.path(), copy.join("functions").join(entry.file_name())).unwrap();
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(workspace().join(file), copy.join(file)).unwrap();
    }
    let status =
        Command::new("bash").args(["-euo", "pipefail", "-c", script]).current_dir(&copy).status().unwrap();
    assert!(status.success(), "{script}");

    // As `cargo test` builds it, which has already built its dependencies.
    let build = cargo()
        .args(["test", "--no-run", "--quiet", "--offline", "--bin", name])
        .env("CARGO_TARGET_DIR", workspace().join("target"))
        .current_dir(&copy)
        .status();
    assert!(build.unwrap().success(), "the copy does not compile");

    let source = copy.join("functions").join(name).join("src");
    let (library, main) =
        (fs::read_to_string(source.join("lib.rs")), fs::read_to_string(source.join("main.rs")));
    let (library, main) = (library.unwrap(), main.unwrap());
    assert!(library.contains(&format!("&[\"{name}\"]")), "it answers to its own route");
    assert!(library.contains(&format!("extract(invocation, \"{name}\")")), "it has a purpose of its own");
    assert!(main.contains(&format!("{name}::")), "it runs itself");
    assert!(!(library + &main).to_lowercase().contains("profile"), "nothing of the example's name is left");
}
