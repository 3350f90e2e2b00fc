using System.CommandLine;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary>All commands of the tool. Every command is a class of this folder.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Terminal terminal) => new(
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
}
