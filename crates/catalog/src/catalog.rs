//! The catalogue: every tool, findable under each of its names.
//!
//! Promises that what it hands out is consistent (see `validate`). Leaves checking of arguments to
//! `arguments` and everything about the outside world to others.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::files::{self, DataError};
use crate::model::{Lookup, ObjectFile, Shape, Tool};
use crate::names::{self, UnknownTool, Vocabulary};
use crate::problem::InvalidArguments;
use crate::search::{Hit, SearchIndex};
use crate::{Prepared, arguments, docs, schema, signature, validate};

static EMBEDDED: LazyLock<Catalog> = LazyLock::new(|| {
    Catalog::load(files::EMBEDDED).unwrap_or_else(|error| panic!("the embedded catalogue is broken: {error}"))
});

/// The catalogue that is built into the program.
///
/// # Panics
///
/// If the embedded data contradicts itself, which the tests of this crate rule out.
pub fn catalog() -> &'static Catalog {
    &EMBEDDED
}

/// Every tool, with the lists and shapes they refer to.
#[derive(Debug)]
pub struct Catalog {
    objects: Vec<ObjectFile>,
    names: HashMap<String, (Position, Vocabulary)>,
    search: SearchIndex,
}

/// Where a tool stands: file, and place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    object: usize,
    tool: usize,
}

impl Catalog {
    /// Reads data files, given as pairs of file name and text.
    ///
    /// # Errors
    ///
    /// If a file cannot be read as the data model, or if the files contradict each other.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, DataError> {
        let mut objects = files::parse(files)?;
        files::add_shared_parameters(&mut objects)?;
        validate::check(&objects)?;
        let mut names = HashMap::new();
        for (object, file) in objects.iter().enumerate() {
            for (index, tool) in file.tools.iter().enumerate() {
                for (name, vocabulary) in names::bare_names(tool) {
                    let position = Position { object, tool: index };
                    if let Some((taken, _)) = names.insert(name.clone(), (position, vocabulary))
                        && taken != position
                    {
                        return Err(DataError::Contradiction(format!("two tools answer to {name}")));
                    }
                }
            }
        }
        let search = SearchIndex::build(&objects);
        Ok(Self { objects, names, search })
    }

    /// The tool that answers to `name`, in any spelling: `close_lead_create`, `create_lead`,
    /// `close.create_lead`, `close_create_lead`, `close.close_create_lead`,
    /// `app.integrations.close.create_lead`, `integration__close__create_lead`.
    ///
    /// # Errors
    ///
    /// An unknown name is answered with the nearest ones.
    pub fn find(&self, name: &str) -> Result<Address<'_>, UnknownTool> {
        self.get(name).ok_or_else(|| UnknownTool::new(name, &names::bare(name), self.tools()))
    }

    /// The same without looking for near names.
    pub fn get(&self, name: &str) -> Option<Address<'_>> {
        let (position, vocabulary) = self.names.get(&*names::bare(name))?;
        let tool = &self.objects[position.object].tools[position.tool];
        Some(Address { catalog: self, tool, vocabulary: *vocabulary })
    }

    /// All tools, object by object.
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        self.objects.iter().flat_map(|object| &object.tools)
    }

    /// All kinds of object, each with its tools.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectFile> {
        self.objects.iter().filter(|object| !object.tools.is_empty())
    }

    /// `tool` as it is addressed in one vocabulary.
    pub fn address<'c>(&'c self, tool: &'c Tool, vocabulary: Vocabulary) -> Address<'c> {
        Address { catalog: self, tool, vocabulary }
    }

    /// The tools that fit the words best, best first. A tool's own name finds that tool first.
    pub fn search(&self, words: &str, limit: usize) -> Vec<Hit<'_>> {
        let tools: Vec<&Tool> = self.tools().collect();
        let mut hits: Vec<Hit<'_>> = self
            .search
            .search(words, usize::MAX)
            .into_iter()
            .map(|(index, score)| Hit { tool: tools[index], score })
            .collect();
        if let Some(address) = self.get(words) {
            let best = hits.first().map_or(1.0, |hit| hit.score);
            hits.retain(|hit| !std::ptr::eq(hit.tool, address.tool));
            hits.insert(0, Hit { tool: address.tool, score: best });
        }
        hits.truncate(limit);
        hits
    }

    /// `text` with the names of other tools as a vocabulary has them.
    pub(crate) fn spell(&self, vocabulary: Vocabulary, text: &str) -> String {
        if vocabulary == Vocabulary::AgentKit || !text.contains("close_") {
            return text.to_owned();
        }
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut spelt = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("close_") {
            let (before, from) = rest.split_at(start);
            let end = from.find(|letter| !is_name(letter)).unwrap_or(from.len());
            let (name, after) = from.split_at(end);
            spelt.push_str(before);
            spelt.push_str(self.get(name).map_or(name, |found| &found.tool.function));
            rest = after;
        }
        spelt.push_str(rest);
        spelt
    }

    /// The list that turns names into ids, by the name parameters use for it.
    pub(crate) fn lookup(&self, name: &str) -> Option<&Lookup> {
        self.objects.iter().flat_map(|object| &object.lookups).find(|lookup| lookup.name == name)
    }

    /// The documented members of an object.
    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.objects.iter().flat_map(|object| &object.shapes).find(|shape| shape.name == name)
    }
}

/// A tool under one of its names: what a caller holds while making a call.
#[derive(Debug, Clone, Copy)]
pub struct Address<'c> {
    pub(crate) catalog: &'c Catalog,
    pub(crate) tool: &'c Tool,
    pub(crate) vocabulary: Vocabulary,
}

impl<'c> Address<'c> {
    /// The tool itself.
    pub fn tool(&self) -> &'c Tool {
        self.tool
    }

    /// The vocabulary its name belongs to.
    pub fn vocabulary(&self) -> Vocabulary {
        self.vocabulary
    }

    /// Its name in that vocabulary: `close_lead_create` or `create_lead`.
    pub fn name(&self) -> &'c str {
        match self.vocabulary {
            Vocabulary::AgentKit => &self.tool.name,
            Vocabulary::Function => &self.tool.function,
        }
    }

    /// What it does and when to use it, in one text for a model that must choose a tool.
    pub fn description(&self) -> String {
        let whole = format!("{} {}", self.tool.summary, self.tool.description.trim().replace('\n', " "));
        self.catalog.spell(self.vocabulary, whole.trim())
    }

    /// The JSON Schema of its arguments: flat, closed, valid also without parameters.
    pub fn schema(&self) -> Value {
        schema::of(*self)
    }

    /// The names of its parameters, in the order of the signature.
    pub fn parameter_names(&self) -> Vec<&'c str> {
        let name = |parameter| arguments::published_name(self.vocabulary, parameter);
        signature::ordered(*self).map(name).collect()
    }

    /// `create_lead({name, contacts?, url?})`.
    pub fn signature(&self) -> String {
        signature::of(*self)
    }

    /// Its documentation page, in Markdown.
    pub fn page(&self) -> String {
        docs::tool_page(*self)
    }

    /// The tool's examples in this vocabulary.
    pub fn examples(&self) -> Vec<(&'c str, serde_json::Map<String, Value>)> {
        crate::example::inputs(*self)
    }

    /// Checks and normalises arguments: everything that can be wrong is found before anything is sent.
    ///
    /// # Errors
    ///
    /// All that is wrong, together.
    pub fn prepare(&self, given: &Value) -> Result<Prepared<'c>, InvalidArguments> {
        arguments::check(*self, given)
    }
}
