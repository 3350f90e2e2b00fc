using Microsoft.SemanticKernel;
using RagChat.Prompting;

namespace RagChat.Chat;

/// <summary>Reads questions and commands until the user leaves.</summary>
internal sealed class ChatLoop(HelpDesk desk, ChatModel? model, ConsoleView view)
{
    private bool _rerank = true;
    private int _nextCitation = 1;

    public async Task RunAsync()
    {
        view.Note("Ask about Notterby. /rerank on|off switches the second stage, /quit leaves.");
        while (view.Prompt() is { } line && line is not "/quit")
        {
            switch (line.Trim())
            {
                case "":
                    break;
                case "/rerank on" or "/rerank off":
                    _rerank = line.Trim().EndsWith("on", StringComparison.Ordinal);
                    view.Note($"Reranking is {(_rerank ? "on" : "off")}.");
                    break;
                case ['/', ..]:
                    view.Note("Commands: /rerank on, /rerank off, /quit.");
                    break;
                case { } question:
                    await AnswerAsync(question);
                    break;
            }
        }
    }

    public async Task AnswerAsync(string question)
    {
        Findings found = await desk.FindAsync(question, _rerank, desk.Mode, desk.Reranking.TopN);
        RagPrompt prompt = desk.BuildPrompt(found, _nextCitation);
        _nextCitation += prompt.Sources.Count;
        view.Write(found);
        if (model is null)
        {
            view.Write(prompt);
            view.Note("No chat model is configured, so this is where it would answer. Set Chat:Model, Chat:Endpoint and Chat:ApiKey in appsettings.json.");
            return;
        }

        try
        {
            await view.WriteAsync(model.AnswerAsync(question, prompt));
            view.WriteSources(prompt);
        }
        catch (HttpOperationException exception)
        {
            view.Warn($"The chat model failed: {exception.Message} Check Chat:Model, Chat:Endpoint and Chat:ApiKey in appsettings.json.");
        }
    }
}
