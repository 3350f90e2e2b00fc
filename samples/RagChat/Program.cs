using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RagChat;
using RagChat.Chat;
using RagChat.Knowledge;
using Reranking;
using Spectre.Console;

// dotnet run                                          a chat, which begins with a question; /rerank on|off, /why N, /history, /quit
// dotnet run -- "Why is our workspace read-only?"     one question
// dotnet run -- --docs FOLDER                         a chat over your own Markdown and text files
// dotnet run -- --compare                             40 questions, without and with reranking
// Any setting of appsettings.json may follow, as --Reranking:TopN=3
if (Array.IndexOf(args, "--docs") is >= 0 and int docs)
{
    string folder = docs + 1 < args.Length ? Path.GetFullPath(args[docs + 1]) : "";
    args = [.. args[..docs], .. args.Skip(docs + 2), $"--Retrieval:Documents={folder}"];
}

string[] settings = [.. args.Where(arg => arg.StartsWith("--", StringComparison.Ordinal) && arg.Contains('='))];
string question = string.Join(' ', args.Where(arg => !arg.StartsWith("--", StringComparison.Ordinal)));

HostApplicationBuilder builder = Host.CreateApplicationBuilder(
    new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddOnnxEmbeddingGenerator(builder.Configuration.GetSection("Embeddings:Onnx"));   // first stage
builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx();             // second stage
builder.Services.AddHelpDesk(builder.Configuration);
using IHost host = builder.Build();
host.Services.GetRequiredService<IStartupValidator>().Validate();   // checks the settings, as starting the host would

var view = new ConsoleView(AnsiConsole.Console);
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
if (args.Contains("--compare"))
{
    IReadOnlyList<Question> questions = HelpCenter.ReadQuestions(Path.Combine(AppContext.BaseDirectory, "questions.jsonl"));
    IRelevanceScorer scorer = host.Services.GetRequiredService<IRelevanceScorer>();
    await foreach (EvaluationReport report in Comparison.RunAsync(desk, scorer, questions, view))
    {
        view.Write(report);
    }
}
else if (question.Length > 0)
{
    await new ChatLoop(desk, host.Services.GetService<ChatModel>(), view).AnswerAsync(question);
}
else
{
    await new ChatLoop(desk, host.Services.GetService<ChatModel>(), view).RunAsync();
}

return 0;
