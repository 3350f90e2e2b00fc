using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.KernelMemory;
using Microsoft.KernelMemory.AI;

namespace Reranking.KernelMemory.Tests;

/// <summary>A language model that believes what it reads first: it answers with the first fact of the prompt, in two parts.</summary>
public sealed partial class FactReader : ITextGenerator
{
    public int MaxTokenTotal { get; set; } = 4000;

    public string Prompt { get; private set; } = "";

    /// <summary>Gets the texts of the facts, in the order of the prompt.</summary>
    public IReadOnlyList<string> Facts => [.. Fact().Matches(Prompt).Select(static match => match.Groups["text"].Value)];

    /// <summary>Gets the percentages that the prompt gives them.</summary>
    public IReadOnlyList<double> Percentages =>
        [.. Fact().Matches(Prompt).Select(static match => double.Parse(match.Groups["relevance"].Value, CultureInfo.CurrentCulture))];

    public int CountTokens(string text) => GetTokens(text).Count;

    public IReadOnlyList<string> GetTokens(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    public async IAsyncEnumerable<GeneratedTextContent> GenerateTextAsync(
        string prompt, TextGenerationOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        Prompt = prompt;
        yield return new GeneratedTextContent(Facts[0][..20]);
        yield return new GeneratedTextContent(Facts[0][20..]);
    }

    [GeneratedRegex(@"==== \[File:[^;\]]*;Relevance:(?<relevance>[^\]]*?)\s?%\]:\r?\n(?<text>.+)")]
    private static partial Regex Fact();
}
