//! What the dashboard shows: a fold over the events of a run and the keys.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::progress::{Event, FlowReading, Metrics, RunFacts, Tally};

/// All that is on the dashboard. Times are since the program's start.
#[derive(Debug, Default)]
pub(super) struct Dashboard {
    pub(super) facts: RunFacts,
    pub(super) now: Duration,
    pub(super) tasks: Vec<Task>,
    pub(super) works: Vec<Tally>,
    /// Thermometer and machines, in the order in which they were first heard of.
    pub(super) machines: Vec<Machine>,
    pub(super) messages: Vec<String>,
    /// Whether the run was asked to stop.
    pub(super) is_stopping: bool,
    pub(super) shows_help: bool,
    chosen: Option<usize>,
    newest: usize,
}

#[derive(Debug)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) standing: Standing,
    pub(super) began: Option<Duration>,
    pub(super) ended: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Waiting,
    Running,
    UpToDate,
    Done,
    Stopped,
    Failed,
}

/// A network of the run: what its training and its flow came to.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) curves: Vec<Curve>,
    pub(super) flows: Vec<Flow>,
}

/// A column of its training against the epoch; what is not a number is left out.
#[derive(Debug)]
pub(super) struct Curve {
    pub(super) name: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

/// The temperature by energy against the step, from one start.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) start_temperature: f64,
    pub(super) start_field: f64,
    pub(super) points: Vec<(f64, f64)>,
}

impl Dashboard {
    /// Takes in what happened.
    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::RunBegins(facts) => {
                self.tasks = facts.tasks.iter().map(|name| Task::waiting(name)).collect();
                self.facts = facts.clone();
            }
            Event::RunEnds { .. } => {}
            Event::TaskBegins { task, .. } => self.set(task, Standing::Running),
            Event::TaskUpToDate { task } => self.set(task, Standing::UpToDate),
            Event::TaskDone { task, .. } => self.set(task, Standing::Done),
            Event::TaskStopped { task } => self.set(task, Standing::Stopped),
            Event::TaskFailed { task, error } => {
                self.set(task, Standing::Failed);
                self.messages.push(format!("{task}: {error}"));
            }
            Event::WorkBegins(tally) => self.works.push(tally.clone()),
            Event::Progress(tally) => {
                if let Some(known) = self.works.iter_mut().find(|known| known.work == tally.work) {
                    known.clone_from(tally);
                }
            }
            Event::WorkEnds { work } => self.works.retain(|tally| tally.work != *work),
            Event::Training(metrics) | Event::Recalled(metrics) => self.machine(&metrics.machine).train(metrics),
            Event::Flow { machine, step, readings } => self.machine(machine).flow(*step, readings),
            Event::Message { .. } | Event::Warning { .. } => self.messages.extend(event.line()),
        }
    }

    /// Takes in a key, and returns whether it asks the run to stop.
    pub(super) fn press(&mut self, key: KeyEvent) -> bool {
        let n = self.machines.len();
        let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if with_control => return true,
            KeyCode::Char('q') => return true,
            KeyCode::Char('?' | 'h') => self.shows_help = !self.shows_help,
            KeyCode::Esc => self.shows_help = false,
            KeyCode::Char('0') => self.chosen = None,
            KeyCode::Tab | KeyCode::Right | KeyCode::Down if n > 0 => self.chosen = Some((self.shown() + 1) % n),
            KeyCode::BackTab | KeyCode::Left | KeyCode::Up if n > 0 => self.chosen = Some((self.shown() + n - 1) % n),
            KeyCode::Char(digit @ '1'..='9') => {
                let index = digit as usize - '1' as usize;
                self.chosen = if index < n { Some(index) } else { self.chosen };
            }
            _ => {}
        }
        false
    }

    /// Which of the machines is shown: the chosen, else the last that something was heard of.
    pub(super) fn shown(&self) -> usize {
        self.chosen.unwrap_or(self.newest)
    }

    pub(super) fn is_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    fn set(&mut self, name: &str, standing: Standing) {
        let index = self.tasks.iter().position(|task| task.name == name).unwrap_or_else(|| {
            self.tasks.push(Task::waiting(name));
            self.tasks.len() - 1
        });
        let task = &mut self.tasks[index];
        task.standing = standing;
        match standing {
            Standing::Running => task.began = Some(self.now),
            _ => task.ended = Some(self.now),
        }
    }

    fn machine(&mut self, name: &str) -> &mut Machine {
        self.newest = self.machines.iter().position(|machine| machine.name == name).unwrap_or_else(|| {
            self.machines.push(Machine { name: name.into(), ..Machine::default() });
            self.machines.len() - 1
        });
        &mut self.machines[self.newest]
    }
}

impl Task {
    fn waiting(name: &str) -> Self {
        Self { name: name.into(), standing: Standing::Waiting, began: None, ended: None }
    }

    /// The stage, or what of a stage, it belongs to.
    pub(super) fn stage(&self) -> &str {
        self.name.split_once('/').map_or(&self.name, |(stage, _)| stage)
    }
}

impl Machine {
    fn train(&mut self, Metrics { epoch, values, .. }: &Metrics) {
        for &(name, value) in values {
            let known = self.curves.iter().position(|curve| curve.name == name).unwrap_or_else(|| {
                self.curves.push(Curve { name, points: Vec::new() });
                self.curves.len() - 1
            });
            if value.is_finite() {
                self.curves[known].points.push((*epoch as f64, value));
            }
        }
    }

    fn flow(&mut self, step: usize, readings: &[FlowReading]) {
        for &FlowReading { start_temperature, start_field, temperature } in readings {
            let of_start = |flow: &Flow| {
                flow.start_temperature.total_cmp(&start_temperature).is_eq()
                    && flow.start_field.total_cmp(&start_field).is_eq()
            };
            let known = self.flows.iter().position(of_start).unwrap_or_else(|| {
                self.flows.push(Flow { start_temperature, start_field, points: Vec::new() });
                self.flows.len() - 1
            });
            if temperature.is_finite() {
                self.flows[known].points.push((step as f64, temperature));
            }
        }
    }
}
