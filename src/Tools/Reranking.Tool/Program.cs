using Reranking.Tool.Commands;
using Reranking.Tool.Output;

// What goes wrong in a command becomes a line and an exit code in CommandRunner.
Terminal terminal = Terminal.Create();
return await CommandRunner.RunAsync(CommandTree.Create(terminal), args, terminal).ConfigureAwait(false);
