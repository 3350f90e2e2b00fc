using System.Diagnostics.CodeAnalysis;

namespace Microsoft.KernelMemory.AI;

[Experimental("KMEXP00")]
public interface ITextTokenizer
{
    int CountTokens(string text);

    IReadOnlyList<string> GetTokens(string text);
}
