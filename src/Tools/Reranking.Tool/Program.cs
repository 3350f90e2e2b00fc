using System.CommandLine;
using Reranking.Tool.Commands;
using Reranking.Tool.Output;

namespace Reranking.Tool;

/// <summary>Every command is a class of Commands/; what goes wrong in one becomes a line and an exit code in <see cref="CommandRunner"/>.</summary>
internal static class Program
{
    /// <summary>Returns all commands.</summary>
    public static RootCommand CreateRoot(Terminal terminal) => new(
        "Scores and reorders texts with a cross-encoder, measures whether that is worth it on your data, and says which settings to paste. "
        + "Works offline with the model inside; nothing is sent anywhere unless --config names a hosted scorer.")
    {
        ScoreCommand.Create(terminal),
        ModelsCommand.Create(terminal),
        EvalCommand.Create(terminal),
        CalibrateCommand.Create(terminal),
        ServeCommand.Create(terminal),
        HealthCommand.Create(terminal),
    };

    private static Task<int> Main(string[] args)
    {
        Terminal terminal = Terminal.Create();
        return CommandRunner.RunAsync(CreateRoot(terminal), args, terminal);
    }
}
