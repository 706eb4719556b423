//! The program `experiments`.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use rbm_flow::{
    artifacts, bench,
    claims::Judgement,
    cli::{self, BenchCommand, Cli, Command, ConfigArgs, ConfigCommand, DoctorArgs, RunArgs},
    compare::Comparison,
    config::{Config, ConfigError},
    device::Backend,
    doctor::Report,
    estimate::{self, DoesNotFit, Estimate},
    exponents::Exponents,
    figures::Figure,
    init::NewConfig,
    inspect, interrupt,
    pipeline::{self, Request},
    progress::{self, Progress},
    report,
    resources::Room,
    status, theory,
};

// Burn allocates and frees large buffers at every operation; this allocator keeps them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code for a config that cannot be used, or not on this machine (EX_CONFIG).
const EXIT_CONFIG: u8 = 78;

fn main() -> ExitCode {
    match execute(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::print_error(&error);
            if error.is::<interrupt::Interrupted>() {
                ExitCode::from(interrupt::EXIT_CODE)
            } else if error.is::<ConfigError>() || error.is::<DoesNotFit>() {
                ExitCode::from(EXIT_CONFIG)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn execute(command: Command) -> Result<()> {
    match command {
        Command::Run(args) => run(args),
        Command::Status { folder } => Ok(progress::print(&status::describe(&folder)?)?),
        Command::Inspect { file } => Ok(progress::print(&inspect::describe(&file)?)?),
        Command::Claims { folders, out } => claims(&folders, out),
        Command::Exponents { folders, out } => exponents(&folders, &out),
        Command::Compare { folders, out } => compare(&folders, &out),
        Command::Report { folder, open } => report(&folder, open),
        Command::Theory(command) => Ok(progress::print(&theory::answer(&command)?)?),
        Command::Bench(command) => Ok(progress::print(&bench(command)?)?),
        Command::Config(ConfigCommand::Show(args)) => Ok(progress::print(&load(args)?.show())?),
        Command::Config(ConfigCommand::Check(args)) => Ok(progress::print(&check(args)?)?),
        Command::Doctor(args) => Ok(progress::print(&doctor(&args)?)?),
        Command::Init { name, from } => init(&name, &from),
        Command::Completions { shell } => Ok(progress::print(&cli::completions(shell))?),
        Command::Man { out } => manual(&out),
    }
}

fn init(name: &str, from: &str) -> Result<()> {
    let NewConfig { file, text } = NewConfig::new(name, from)?;
    artifacts::write(&file, text.as_bytes())?;
    let file = file.display();
    Ok(progress::print(&format!(
        "{file}\nedit it, then\n  experiments config check {file}\n  experiments run {file}\n"
    ))?)
}

fn manual(out: &Path) -> Result<()> {
    for (name, page) in cli::manual()? {
        artifacts::write(&out.join(&name), &page)?;
        progress::print(&format!("{}\n", out.join(name).display()))?;
    }
    Ok(())
}

fn load(args: ConfigArgs) -> Result<Config> {
    Ok(Config::load(&args.file, args.overrides)?)
}

/// What a config consists of, and what it takes here when nothing of it is done.
fn check(args: ConfigArgs) -> Result<String> {
    let config = load(args)?;
    use_threads(None)?;
    let (settings, lattice, backend) = (&config.settings, config.lattice, backend(None)?);
    let estimate = Estimate::forecast(&config, &estimate::pieces(settings, lattice), backend, &backend.open()?)?;
    let mut text = config.summary() + &format!("  {}\n", estimate.describe());
    if let Err(problem) = estimate.check_fits(settings, lattice, Room::of(&folder_of(&config))) {
        text += &format!("warning: {problem}\n");
    }
    Ok(text)
}

fn doctor(args: &DoctorArgs) -> Result<String> {
    use_threads(args.threads)?;
    let report = Report::of(&args.configs, &args.out, backend(None)?)?;
    if args.json { report.json() } else { Ok(report.describe()) }
}

/// Where the results of a config go unless it is told.
fn folder_of(config: &Config) -> PathBuf {
    ["artifacts", &config.name()].iter().collect()
}

fn bench(command: BenchCommand) -> Result<String> {
    match command {
        BenchCommand::Sampler(settings) => {
            use_threads(settings.threads)?;
            bench::sampler::run(&settings)
        }
        BenchCommand::Rbm(settings) => {
            use_threads(settings.threads)?;
            bench::rbm::train(&settings, &backend(settings.device)?.open()?)
        }
        BenchCommand::Flow(settings) => {
            use_threads(settings.threads)?;
            bench::rbm::flow_steps(&settings, &backend(settings.device)?.open()?)
        }
    }
}

fn claims(folders: &[PathBuf], out: Option<PathBuf>) -> Result<()> {
    let judgement = Judgement::of(folders)?;
    let of_one = || match folders {
        [folder] => Some(folder.join("analysis/claims.csv")),
        _ => None,
    };
    if let Some(file) = out.or_else(of_one) {
        artifacts::write(&file, judgement.table()?.to_csv()?.as_bytes())?;
        artifacts::write(&file.with_extension("md"), judgement.page().as_bytes())?;
    }
    Ok(progress::print(&judgement.describe())?)
}

fn exponents(folders: &[PathBuf], out: &Path) -> Result<()> {
    let exponents = Exponents::of(folders)?;
    let Figure { svg, png, csv } = exponents.figure()?;
    artifacts::write(&out.join("exponents.csv"), exponents.table()?.to_csv()?.as_bytes())?;
    for (ending, bytes) in [("svg", svg.as_bytes()), ("png", png.as_slice()), ("csv", csv.as_bytes())] {
        artifacts::write(&out.join(format!("finite-size.{ending}")), bytes)?;
    }
    Ok(progress::print(&exponents.describe())?)
}

fn compare(folders: &[PathBuf], out: &Path) -> Result<()> {
    let comparison = Comparison::of(folders)?;
    let figure = comparison.figure()?;
    for (name, bytes) in [
        ("end-points.csv", comparison.end_points()?.to_csv()?.as_bytes()),
        ("end-points-of-seeds.csv", comparison.end_points_of_seeds()?.to_csv()?.as_bytes()),
        ("controls.svg", figure.svg.as_bytes()),
        ("controls.png", &figure.png),
        ("controls.csv", figure.csv.as_bytes()),
    ] {
        artifacts::write(&out.join(name), bytes)?;
    }
    let files = format!("\n{}\n{}\n", out.join("end-points.csv").display(), out.join("controls.png").display());
    Ok(progress::print(&(comparison.describe() + &files))?)
}

fn report(folder: &Path, open: bool) -> Result<()> {
    let file = folder.join("report.html");
    artifacts::write(&file, report::html(folder)?.as_bytes())?;
    if open {
        open::that_detached(&file).with_context(|| format!("cannot open {} in a browser", file.display()))?;
    }
    Ok(progress::print(&format!("{}\n", file.display()))?)
}

/// The device asked for, or the first compiled in.
fn backend(asked: Option<Backend>) -> Result<Backend> {
    let backend = asked.or_else(|| Backend::compiled().first().copied());
    backend.context("this program was compiled without any device: enable a cargo feature such as flex")
}

fn use_threads(threads: Option<NonZeroUsize>) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, NonZeroUsize::get));
    pool.build_global().context("cannot start the threads")
}

fn run(args: RunArgs) -> Result<()> {
    use_threads(args.threads)?;
    interrupt::listen().context("cannot listen for signals")?;
    let stages = args.stages();
    let config = load(args.config)?;
    let backend = backend(args.device)?;
    let folder = args.out.unwrap_or_else(|| folder_of(&config));
    let request = Request {
        room: Room::of(&folder),
        force: args.force,
        folder,
        stages,
        restart: args.restart,
        checkpoint_every: Duration::from_secs_f64(args.checkpoint_every),
        backend,
    };
    let progress = if args.live { Progress::live() } else { Progress::default() };
    pipeline::run(&config, &request, &progress)
}
