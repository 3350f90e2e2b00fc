using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Models;

/// <summary>A prompt of which the fixed pieces are token ids already.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Before">The ids before everything that varies.</param>
/// <param name="Between">The ids between the part of the query and that of the document.</param>
/// <param name="After">The ids after the document.</param>
internal sealed record TokenizedPrompt(Prompt Prompt, int[] Before, int[] Between, int[] After)
{
    // The least that a prompt has to leave to the query and the document.
    private const int MinContent = 8;

    /// <summary>Gets how many tokens of an input are neither the query's nor the document's.</summary>
    public int FixedTokenCount => Before.Length + Between.Length + After.Length;

    // Of some models the reference implementation limits only what varies.
    private int MaxTokens => Prompt.MaxTokens + (Prompt.IsMaxTokensOfContent ? Before.Length + After.Length : 0);

    public static TokenizedPrompt Create(Prompt prompt, Tokenizer tokenizer)
    {
        return new TokenizedPrompt(prompt, Encode(prompt.Before), Encode(prompt.Between), [.. prompt.After.SelectMany(Encode)]);

        int[] Encode(string text)
        {
            var ids = new TokenBuffer();
            _ = tokenizer.Encode(text, int.MaxValue, ids);
            return ids.Ids.ToArray();
        }
    }

    /// <summary>Resolves the longest input: what the reference implementation reads, unless the settings ask for another length.</summary>
    /// <exception cref="RelevanceScoringException">The prompt leaves no room for a query and a document.</exception>
    public int ResolveMaxTokens(ModelFolder folder, int maxTokens)
    {
        int limited = folder.Options.MaxInputTokens is null ? Math.Min(maxTokens, MaxTokens) : maxTokens;
        string settings = folder.Options.SettingsPath;
        return limited - FixedTokenCount >= MinContent
            ? limited
            : throw new RelevanceScoringException(
                $"Model '{folder.ModelId}' reads {limited} tokens at most, of which the prompt takes {FixedTokenCount}; "
                + $"expected at least {MinContent} more for the query and the document. "
                + $"Check {settings}:{nameof(OnnxModelOptions.MaxInputTokens)} and {settings}:{nameof(OnnxScorerOptions.Prompt)}.");
    }
}
