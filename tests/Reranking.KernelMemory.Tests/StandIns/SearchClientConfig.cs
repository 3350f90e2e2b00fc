namespace Microsoft.KernelMemory;

public class SearchClientConfig
{
    public int MaxMatchesCount { get; set; } = 100;

    public int AnswerTokens { get; set; } = 300;

    public string FactTemplate { get; set; } = "==== [File:{{$source}};Relevance:{{$relevance}}]:\n{{$content}}";
}
