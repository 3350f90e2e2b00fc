using System.Globalization;
using Microsoft.SemanticKernel;
using RagChat.Prompting;

namespace RagChat.Chat;

/// <summary>Reads questions and commands until the user leaves.</summary>
internal sealed class ChatLoop(HelpDesk desk, ChatModel? model, ConsoleView view)
{
    private const string Commands = "Commands: /rerank on, /rerank off, /why N, /history, /quit.";

    private readonly List<string> _questions = [];
    private bool _rerank = true;
    private int _nextCitation = 1;
    private Findings? _last;

    public async Task RunAsync()
    {
        view.Note($"{desk.Passages.Count} passages. Ask; /rerank on|off switches the second stage, /why 1 explains the first passage, /quit leaves.");
        if (desk.FirstQuestion is { } first)
        {
            view.WritePrompt(first + "\n");
            await AnswerAsync(first);
        }

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
                case "/history":
                    view.Note(_questions.Count == 0 ? "Nothing was asked yet." : string.Join('\n', _questions.Select((asked, i) => $"{i + 1}. {asked}")));
                    break;
                case ['/', 'w', 'h', 'y', ' ', .. string rank]:
                    Explain(rank);
                    break;
                case ['/', ..]:
                    view.Note(Commands);
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
        _last = found;
        _questions.Add(question);
        RagPrompt prompt = desk.BuildPrompt(found, _nextCitation);
        _nextCitation += prompt.Sources.Count;
        view.Write(found);
        if (model is null)
        {
            view.Write(prompt);
            view.Note(
                "No chat model is configured, so this is where it would answer. Set Chat:Model and Chat:Endpoint in samples/RagChat/appsettings.json, and "
                    + "Chat__ApiKey in the environment.");
            return;
        }

        try
        {
            await view.WriteAsync(model.AnswerAsync(question, prompt));
            view.WriteSources(prompt);
        }
        catch (HttpOperationException exception)
        {
            view.Warn($"The chat model failed: {exception.Message} Check Chat:Model, Chat:Endpoint and Chat:ApiKey.");
        }
    }

    private void Explain(string rank)
    {
        int count = _last?.Ranking.Count ?? 0;
        if (int.TryParse(rank, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= count)
        {
            view.WriteWhy(_last!, number);
        }
        else
        {
            view.Note(count == 0 ? "/why explains a passage of the last question; nothing was asked yet." : $"/why takes a rank from 1 to {count}.");
        }
    }
}
