using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagChat;
using RagChat.Chat;
using RagChat.Knowledge;
using Reranking;
using Spectre.Console;

var view = new ConsoleView(AnsiConsole.Console);
CommandLine line;
try
{
    line = CommandLine.Read(args);
}
catch (ArgumentException exception)
{
    view.Warn(exception.Message);
    return 2;
}

if (line.IsHelp)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder(
    new HostApplicationBuilderSettings { Args = line.Settings, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddOnnxEmbeddingGenerator(builder.Configuration.GetSection("Embeddings:Onnx"));   // first stage
builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx();             // second stage
builder.Services.AddHelpDesk(builder.Configuration);
using IHost host = builder.Build();
host.Services.GetRequiredService<IStartupValidator>().Validate();   // checks the settings, as starting the host would

HelpDesk desk;
try
{
    desk = host.Services.GetRequiredService<HelpDesk>();
}
catch (InvalidOperationException exception)
{
    view.Warn(exception.Message);
    return 1;
}

await desk.WarmUpAsync();
if (line.IsComparison)
{
    IReadOnlyList<Question> questions = HelpCenter.ReadQuestions(Path.Combine(AppContext.BaseDirectory, "questions.jsonl"));
    IRelevanceScorer scorer = host.Services.GetRequiredService<IRelevanceScorer>();
    await foreach (EvaluationReport report in Comparison.RunAsync(desk, scorer, questions, view))
    {
        view.Write(report);
    }
}
else if (line.Question.Length > 0)
{
    await new ChatLoop(desk, host.Services.GetService<ChatModel>(), view).AnswerAsync(line.Question);
}
else
{
    await new ChatLoop(desk, host.Services.GetService<ChatModel>(), view).RunAsync();
}

return 0;
