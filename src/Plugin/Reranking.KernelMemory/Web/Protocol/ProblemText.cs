using System.Text;

namespace Reranking;

/// <summary>Creates what the service says about an error fit for messages: short, one line, and without the query, the values of filters or the key.</summary>
internal static class ProblemText
{
    private const int MaxLength = 300;
    private const int PieceLength = 12;
    private const int KeyPieceLength = 6;

    /// <summary>
    /// Gives the text as it may be shown, or <see langword="null"/> where there is none or it repeats something of ours: what would be left of it could still
    /// tell too much.
    /// </summary>
    public static string? Clean(string? text, SearchRequest request, string? key)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Contains("\\u", StringComparison.OrdinalIgnoreCase))   // escapes hide what is written
        {
            return null;
        }

        string line = OneLine(text);
        IEnumerable<string?> ours = request.Filters.SelectMany(static filter => filter.Values).SelectMany(static values => values).Append(request.Query);
        return Repeats(line, key, KeyPieceLength) || ours.Any(own => Repeats(line, own, PieceLength)) ? null
            : line.Length <= MaxLength ? line
            : line[..(char.IsHighSurrogate(line[MaxLength - 1]) ? MaxLength - 1 : MaxLength)] + "…";
    }

    private static bool Repeats(string line, string? own, int pieceLength)
    {
        string text = own is null ? "" : OneLine(own);
        if (text.Length < pieceLength)
        {
            return text.Length > 0 && line.Contains(text, StringComparison.OrdinalIgnoreCase);
        }

        for (int start = 0; start + pieceLength <= line.Length; start++)
        {
            if (text.AsSpan().Contains(line.AsSpan(start, pieceLength), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char character in text.AsSpan().Trim())
        {
            line.Append(char.IsControl(character) ? ' ' : character);
        }

        return line.ToString();
    }
}
