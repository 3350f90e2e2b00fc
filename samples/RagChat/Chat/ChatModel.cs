using System.Text;
using Microsoft.SemanticKernel.ChatCompletion;
using RagChat.Prompting;

namespace RagChat.Chat;

/// <summary>A conversation with the chat model; each question brings the passages that were found for it.</summary>
internal sealed class ChatModel(IChatCompletionService service)
{
    private readonly List<(string Question, string Answer)> _turns = [];

    /// <summary>Streams the answer.</summary>
    public async IAsyncEnumerable<string> AnswerAsync(string question, RagPrompt prompt)
    {
        // The passages of earlier questions are not sent again: they would push the new ones out of the model's attention.
        var history = new ChatHistory(prompt.Text);
        foreach ((string asked, string answered) in _turns)
        {
            history.AddUserMessage(asked);
            history.AddAssistantMessage(answered);
        }

        history.AddUserMessage(question);
        StringBuilder answer = new();
        await foreach (var part in service.GetStreamingChatMessageContentsAsync(history))
        {
            answer.Append(part.Content);
            yield return part.Content ?? "";
        }

        _turns.Add((question, answer.ToString()));
    }
}
