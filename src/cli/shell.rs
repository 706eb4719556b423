//! What shells and `man` are told of the command line.

use std::io;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;

/// The script with which `shell` completes the commands.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual: file name and roff text of a page for the program and for every command.
///
/// # Errors
/// None is expected: the pages are written to memory.
pub fn manual() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Cli::command();
    program.build();
    let mut pages = Vec::new();
    add(&program, &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let page = Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.push((page.get_filename(), text));
    let commands = command.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set());
    commands.into_iter().try_for_each(|command| add(command, pages))
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_is_told_the_commands() {
        for &shell in Shell::value_variants() {
            let script = completions(shell);

            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }

    #[test]
    fn every_command_has_a_page() {
        let pages = manual().expect("pages");
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for command in Cli::command().get_subcommands() {
            assert!(names.contains(&format!("experiments-{}.1", command.get_name()).as_str()), "{names:?}");
        }
        assert!(names.contains(&"experiments.1") && names.contains(&"experiments-theory-ring.1"), "{names:?}");
        assert!(pages.iter().all(|(_, text)| text.windows(3).any(|w| w == b".TH")), "all are roff");
    }
}
