//! No import circles in the library crates, read off their `use` lines and paths.
//!
//! A file counts as the module it is, a folder with its file as one module of its parent; what a parent and its own children import
//! from each other is their matter. Names that a module re-exports count as those of the module that defines them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A path of names, from the root of the crate.
type Names = Vec<String>;

/// The modules of a crate with what they import; `public` imports are re-exports.
struct Sources(BTreeMap<Names, Vec<Import>>);

struct Import {
    path: Names,
    is_public: bool,
}

impl Sources {
    fn read(folder: &Path) -> Self {
        let mut texts = BTreeMap::new();
        read_modules(folder, &[], &mut texts);
        let modules: BTreeSet<Names> = texts.keys().cloned().collect();
        Self(texts.iter().map(|(module, text)| (module.clone(), imports(module, text, &modules))).collect())
    }

    /// The path of the item where it is defined.
    fn defined(&self, path: &[String]) -> Names {
        let mut path = path.to_vec();
        // A chain of re-exports is short.
        for _ in 0..8 {
            let Some(next) = self.one_step(&path) else { return path };
            path = next;
        }
        path
    }

    /// What the deepest module on the path that does not hold the next name as a module re-exports under it.
    fn one_step(&self, path: &[String]) -> Option<Names> {
        let depth = (0..path.len()).rev().find(|&depth| self.0.contains_key(&path[..depth]))?;
        let re_exports = self.0[&path[..depth]].iter().filter(|import| import.is_public);
        let found = re_exports.map(|import| &import.path).find(|target| target.last() == path.get(depth));
        found.filter(|target| target[..] != *path).cloned()
    }

    /// For every folder the modules in it, and which of them import from which others.
    fn edges(&self) -> BTreeMap<Names, BTreeMap<String, BTreeSet<String>>> {
        let mut edges: BTreeMap<Names, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (module, imports) in &self.0 {
            for import in imports {
                let target = self.defined(&import.path);
                let common = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
                if common < module.len() && common < target.len() && self.0.contains_key(&target[..=common]) {
                    let folder = edges.entry(module[..common].to_vec()).or_default();
                    folder.entry(module[common].clone()).or_default().insert(target[common].clone());
                }
            }
        }
        edges
    }

    /// A circle of modules of one folder, if there is one.
    fn circle(&self) -> Option<String> {
        self.edges().into_iter().find_map(|(folder, edges)| {
            let start = edges.keys().find(|start| reachable(&edges, start).contains(*start))?;
            let round = reachable(&edges, start).into_iter().filter(|other| reachable(&edges, other).contains(start));
            Some(format!("in crate::{}: {}", folder.join("::"), round.collect::<Vec<_>>().join(", ")))
        })
    }
}

fn reachable(edges: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(module) = open.pop() {
        for next in edges.get(&module).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    found
}

/// The sources below a folder without their tests.
fn read_modules(folder: &Path, at: &[String], found: &mut BTreeMap<Names, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let inside = [at, std::slice::from_ref(&name)].concat();
        if path.is_dir() {
            read_modules(&path, &inside, found);
        } else if name != "tests" && path.extension().is_some_and(|extension| extension == "rs") {
            let module = if matches!(name.as_str(), "lib" | "mod") { at.to_vec() } else { inside };
            let text = fs::read_to_string(&path).expect("a source");
            let code: Vec<&str> = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
            let code = code.iter().map(|line| line.split("//").next().unwrap_or_default());
            found.insert(module, code.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The imports of a module, its `use` declarations and the paths from `crate::` and `super::` elsewhere.
fn imports(module: &[String], text: &str, modules: &BTreeSet<Names>) -> Vec<Import> {
    let mut found = Vec::new();
    let mut rest = String::new();
    for statement in text.split_inclusive(';') {
        let is_use = |line: &&str| line.trim_start().starts_with("use ") || line.trim_start().starts_with("pub");
        let start = statement.lines().position(|line| is_use(&line) && line.contains("use "));
        let Some(start) = start else {
            rest += statement;
            continue;
        };
        let lines: Vec<&str> = statement.lines().collect();
        let declaration = lines[start..].join(" ");
        let is_public = declaration.trim_start().starts_with("pub");
        let tree = declaration.split_once("use ").map_or("", |(_, tree)| tree).trim_end_matches(';');
        let paths = expanded(tree).into_iter().filter_map(|path| absolute(module, &path, modules));
        found.extend(paths.map(|path| Import { path, is_public }));
    }
    for word in rest.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
        if word.starts_with("crate::") || word.starts_with("super::") {
            found.extend(absolute(module, word, modules).map(|path| Import { path, is_public: false }));
        }
    }
    found
}

/// The single paths of a tree such as `a::{b, c::{d, e}}`.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, inner)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in inner.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("a part").push(c),
        }
    }
    let whole = parts.iter().filter(|part| !part.trim().is_empty()).flat_map(|part| expanded(part));
    whole.map(|path| format!("{}{path}", prefix.trim())).collect()
}

/// A path within the crate from its root; nothing for a path to another crate.
fn absolute(module: &[String], path: &str, modules: &BTreeSet<Names>) -> Option<Names> {
    let mut names: Vec<&str> = path.split("::").map(str::trim).filter(|name| !name.is_empty()).collect();
    let mut at = module.to_vec();
    match *names.first()? {
        "crate" => {
            at.clear();
            names.remove(0);
        }
        "self" => drop(names.remove(0)),
        "super" => {
            while names.first() == Some(&"super") {
                at.pop();
                names.remove(0);
            }
        }
        child => {
            at.push(child.to_owned());
            let is_child = modules.contains(&at);
            at.pop();
            if !is_child {
                return None;
            }
        }
    }
    at.extend(names.into_iter().map(str::to_owned));
    Some(at)
}

#[test]
fn the_library_crates_have_no_import_circles() {
    for name in ["ising-theory", "ising-data", "models"] {
        let sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name).join("src"));
        assert!(sources.0.len() > 20, "{name} has {} modules", sources.0.len());
        assert_eq!(sources.circle(), None, "{name}");
    }
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("lib.rs", "mod a;\nmod b;\nmod c;\npub use a::{A, Other as O};\n");
    write("a.rs", "use crate::{b::{self, B},\n    c::C};\n");
    write("b.rs", "//! use crate::a::A;\nuse std::fmt;\n");
    write("c.rs", "pub fn c() {}\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n");
    assert_eq!(Sources::read(folder.path()).circle(), None);
    write("b.rs", "pub fn b() -> crate::A {}\n");
    assert_eq!(Sources::read(folder.path()).circle().as_deref(), Some("in crate::: a, b"));
}
