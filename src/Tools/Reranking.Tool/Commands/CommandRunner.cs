using System.CommandLine;
using System.CommandLine.Parsing;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary>Parses the command line, runs the command, and turns what can go wrong into one line and an exit code.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args, Terminal terminal)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            // The first word that nothing takes: those behind it are only errors because of it.
            ParseError error = parsed.Errors.FirstOrDefault(static error => error.Message.StartsWith("Unrecognized", StringComparison.Ordinal))
                ?? parsed.Errors[^1];
            terminal.Note($"rerank: {error.Message} Run '{string.Join(' ', PathOf(parsed.CommandResult))} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // A server's host listens to signals itself, and takes the time that its requests need.
                ProcessTerminationTimeout = parsed.CommandResult.Command.Name == ServeCommand.Name ? null : TimeSpan.FromSeconds(30),
            };
            return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            terminal.Note("rerank: canceled.");
            return ExitCode.Canceled;
        }
        catch (Exception exception) when (ToolException.LineFor(exception) is { } line)
        {
            terminal.Note($"rerank: {line}");
            return exception is ToolException known ? known.ExitCode : ExitCode.Failure;
        }
    }

    private static IEnumerable<string> PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? PathOf(parent).Append(result.Command.Name) : ["rerank"];

    /// <summary>Adds examples to what <c>--help</c> shows of a command.</summary>
    public static string Describe(string description, params string[] examples) =>
        $"{description}\n\nExamples:\n{string.Join('\n', examples.Select(static example => "  " + example))}";
}
