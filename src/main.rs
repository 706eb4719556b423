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
    cli::{
        self, BenchCommand, Cli, CollectArgs, Command, ConfigArgs, ConfigCommand, DoctorArgs, Engine, HowArgs, RunArgs,
        SweepArgs, TaskArgs,
    },
    compare::Comparison,
    config::{Config, ConfigError},
    device::Backend,
    doctor::Report,
    estimate::{self, DoesNotFit, Estimate},
    exponents::Exponents,
    init::NewConfig,
    inspect, interrupt,
    pipeline::{self, Request},
    progress::{self, Progress},
    report,
    resources::Room,
    status,
    sweep::{self, Collection, How, Jobs, Order, Sweep},
    theory,
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
    if matches!(command, Command::Run(_) | Command::Sweep(_) | Command::Task(_)) {
        // Before all else: a signal that comes early stops the work as any other.
        interrupt::listen().context("cannot listen for signals")?;
    }
    match command {
        Command::Run(args) => run(args),
        Command::Status { folder } => Ok(progress::print(&status(&folder)?)?),
        Command::Sweep(args) => sweep(args),
        Command::Task(args) => task(&args),
        Command::Collect(args) => collect(&args),
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
    let figure = exponents.figure()?;
    artifacts::write(&out.join("exponents.csv"), exponents.table()?.to_csv()?.as_bytes())?;
    for (file, bytes) in figure.files("finite-size") {
        artifacts::write(&out.join(file), bytes)?;
    }
    Ok(progress::print(&exponents.describe())?)
}

fn compare(folders: &[PathBuf], out: &Path) -> Result<()> {
    let comparison = Comparison::of(folders)?;
    let mut figures = vec![("controls", comparison.figure()?)];
    figures.extend(comparison.spectra()?.map(|figure| ("spectra", figure)));
    figures.extend(comparison.along_training()?);
    for (name, table) in
        [("end-points.csv", comparison.end_points()?), ("end-points-of-seeds.csv", comparison.end_points_of_seeds()?)]
    {
        artifacts::write(&out.join(name), table.to_csv()?.as_bytes())?;
    }
    let mut files = format!("\n{}\n", out.join("end-points.csv").display());
    for (name, figure) in figures {
        for (file, bytes) in figure.files(name) {
            artifacts::write(&out.join(file), bytes)?;
        }
        files += &format!("{}\n", out.join(name).with_extension("png").display());
    }
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

fn status(folder: &Path) -> Result<String> {
    if Sweep::is_in(folder) { sweep::describe(&Sweep::open(folder)?) } else { status::describe(folder) }
}

/// How tasks of a sweep are done by this process.
fn how(args: HowArgs) -> Result<How> {
    use_threads(args.threads)?;
    let checkpoint_every = Duration::from_secs_f64(args.checkpoint_every);
    Ok(How { backend: backend(args.device)?, checkpoint_every, force: args.force })
}

fn sweep(args: SweepArgs) -> Result<()> {
    let SweepArgs { config: ConfigArgs { file, overrides }, axes, zip, engine, submit, until, out, how: how_args } =
        args;
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = out.unwrap_or_else(|| ["artifacts".into(), format!("{name}-sweep")].iter().collect());
    let sweep = Sweep::plan(&Order { config: file, overrides, axes, zip, until }, &folder)?;
    interrupt::check()?;
    if engine == Engine::Local {
        progress::print(&sweep::describe(&sweep)?)?;
        return sweep.work_on_all(how(how_args)?);
    }
    let device = how_args.device.map(|device| format!(" --device {}", device.name())).unwrap_or_default();
    let jobs = Jobs::new(&sweep, engine, &format!("{device} --checkpoint-every {}", how_args.checkpoint_every))?;
    let command = jobs.write()?;
    progress::print(&(sweep::describe(&sweep)? + &jobs.describe()))?;
    if submit { jobs.submit() } else { Ok(progress::print(&format!("hand them over: {command}\n"))?) }
}

fn task(args: &TaskArgs) -> Result<()> {
    let sweep = Sweep::open(&args.dir)?;
    sweep.work_on(args.index, how(args.how)?)
}

fn collect(args: &CollectArgs) -> Result<()> {
    let collection = Collection::of(&Sweep::open(&args.folder)?, &args.tables)?;
    collection.write(&args.folder)?;
    Ok(progress::print(&collection.describe(&args.folder))?)
}

fn run(args: RunArgs) -> Result<()> {
    use_threads(args.how.threads)?;
    let stages = args.stages();
    let config = load(args.config)?;
    let backend = backend(args.how.device)?;
    let folder = args.out.unwrap_or_else(|| folder_of(&config));
    let request = Request {
        room: Room::of(&folder),
        force: args.how.force,
        waits: false,
        inherits: None,
        folder,
        stages,
        restart: args.restart,
        checkpoint_every: Duration::from_secs_f64(args.how.checkpoint_every),
        backend,
    };
    let progress = if args.live { Progress::live() } else { Progress::default() };
    pipeline::run(&config, &request, &progress)
}
