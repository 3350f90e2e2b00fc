using System.Text;
using System.Text.RegularExpressions;

namespace Reranking.Onnx.Models;

/// <summary>A text with places for the instruction and for the query.</summary>
internal sealed partial class PromptText(string text)
{
    public const string Instruction = "{instruction}";
    public const string Query = "{query}";
    public const string Document = "{document}";

    private readonly string[] _pieces = PlacePattern().Split(text);

    /// <summary>Puts texts into their places; places within the texts stay as they are.</summary>
    public string Format(string query, string? instruction, string tail = "")
    {
        StringBuilder formatted = new();
        foreach (string piece in _pieces)
        {
            formatted.Append(piece switch { Instruction => instruction, Query => query, _ => piece });
        }

        return formatted.Append(tail).ToString();
    }

    /// <summary>Counts a place in a text.</summary>
    public static int Count(string text, string place) => PlacePattern().Split(text).Count(piece => piece == place);

    [GeneratedRegex(@"(\{instruction\}|\{query\}|\{document\})", RegexOptions.CultureInvariant)]
    private static partial Regex PlacePattern();
}
