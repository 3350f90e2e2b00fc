using System.Globalization;

namespace Reranking.Tool.Reading;

/// <summary>How many headings with a text below them ask nothing, by the reason.</summary>
/// <param name="SingleWord">Those of one word.</param>
/// <param name="Common">Those that every other document has, such as "Overview".</param>
/// <param name="Repeated">Those that several texts have.</param>
/// <param name="Titles">The titles of files with more passages, which carry them.</param>
internal readonly record struct UnusedHeadings(int SingleWord, int Common, int Repeated, int Titles = 0)
{
    /// <summary>Gets how many there are.</summary>
    public int Count => SingleWord + Common + Repeated + Titles;

    /// <summary>Returns a sentence with the reasons, or an empty text if there are none.</summary>
    public string Describe()
    {
        (int Count, string Reason)[] reasons =
        [
            (SingleWord, "of one word"),
            (Common, "that say nothing by themselves, such as Overview"),
            (Repeated, "that several texts have"),
            (Titles, "that are the title of several passages"),
        ];
        return Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"Unused headings: {Count} ({string.Join(", ", reasons.Where(static reason => reason.Count > 0).Select(static reason => $"{reason.Count} {reason.Reason}"))}).");
    }
}
