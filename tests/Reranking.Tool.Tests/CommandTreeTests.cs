using System.CommandLine;
using Reranking.Tool.Output;
using Spectre.Console;

namespace Reranking.Tool.Tests;

/// <summary>What holds for every command, whoever adds one.</summary>
public sealed class CommandTreeTests
{
    private static readonly Dictionary<string, Command> Commands = Walk(Program.CreateRoot(Quiet()), "rerank").ToDictionary();

    public static TheoryData<string> Paths => [.. Commands.Keys];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Command_ThatDoesSomething_HasJsonADescriptionAndAnExample(string path)
    {
        string[] parts = (Commands[path].Description ?? "").Split("\n\nExamples:\n");

        Assert.Contains(Commands[path].Options, static option => option is Option<bool> { Name: "--json", Description.Length: > 0 });
        Assert.EndsWith(".", parts[0], StringComparison.Ordinal);
        Assert.True(parts.Length == 2, $"'{path}' has no examples; expected CommandRunner.Describe with one or more.");
        Assert.Contains(parts[1].Split('\n'), line => line.Contains(path, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Command_ArgumentsAndOptions_AreDescribed(string path)
    {
        Assert.All(Commands[path].Options, static option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(Commands[path].Arguments, static argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Readme_TableOfJson_HasTheCommand(string path)
    {
        string readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.tool.md")).ReplaceLineEndings("\n");

        Assert.Contains($"\n| `{path["rerank ".Length..]}` | ", readme.Split("\n## JSON\n")[1], StringComparison.Ordinal);
    }

    private static IEnumerable<(string Path, Command Command)> Walk(Command command, string path) =>
        command.Subcommands.SelectMany(child => Walk(child, $"{path} {child.Name}").Prepend(($"{path} {child.Name}", child)))
            .Where(static found => found.Item2.Action is not null);

    private static Terminal Quiet()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        return new Terminal(console, console, isInteractive: false);
    }
}
