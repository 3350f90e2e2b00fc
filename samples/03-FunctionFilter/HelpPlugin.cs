using System.ComponentModel;
using Microsoft.SemanticKernel;

namespace Samples;

/// <summary>A search function as applications have them. It knows nothing of reranking.</summary>
internal sealed class HelpPlugin
{
    [KernelFunction]
    [Description("Searches the help center.")]
    public static List<string> Search(string query, int count = 3) => [.. HelpCenter.Search(query, count).Select(article => article.Text)];
}
