using System.CommandLine;
using Reranking.Tool.Commands;
using Reranking.Tool.Output;

// Every command is a class of Commands/; what goes wrong in one becomes a line and an exit code in CommandRunner.
Terminal terminal = Terminal.Create();
var root = new RootCommand(
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
return await CommandRunner.RunAsync(root, args, terminal).ConfigureAwait(false);
