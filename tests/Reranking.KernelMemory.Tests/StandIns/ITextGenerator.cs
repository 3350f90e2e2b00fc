namespace Microsoft.KernelMemory.AI;

public interface ITextGenerator : ITextTokenizer
{
    int MaxTokenTotal { get; }

    IAsyncEnumerable<GeneratedTextContent> GenerateTextAsync(string prompt, TextGenerationOptions options, CancellationToken cancellationToken = default);
}
