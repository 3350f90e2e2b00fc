namespace Microsoft.KernelMemory;

public class SearchResult
{
    public string Query { get; set; } = "";

    public bool NoResult => Results.Count == 0;

    public List<Citation> Results { get; set; } = [];
}
