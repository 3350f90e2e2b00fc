namespace Reranking.Tool.Reading;

/// <summary>How many headings ask nothing, by the reason.</summary>
/// <param name="Short">Those with hardly any text below them, which are no passage.</param>
/// <param name="SingleWord">Those of one word.</param>
/// <param name="Common">Those that every other document has, such as "Overview".</param>
/// <param name="Repeated">Those that several passages have.</param>
/// <param name="Titles">The titles that other passages of the file carry.</param>
internal readonly record struct UnusedHeadings(int Short, int SingleWord, int Common, int Repeated, int Titles = 0)
{
    /// <summary>Gets how many there are.</summary>
    public int Count => Short + SingleWord + Common + Repeated + Titles;

    /// <summary>Returns a sentence with the reasons and a space after it, or an empty text if there are none.</summary>
    public string Describe()
    {
        (string Reason, int Count)[] reasons =
        [
            ("hardly any text", Short),
            ("one word", SingleWord),
            ("too general", Common),
            ("repeated", Repeated),
            ("title of other passages too", Titles),
        ];
        string shown = string.Join(", ", reasons.Where(static reason => reason.Count > 0).Select(static reason => $"{reason.Reason}: {reason.Count}"));
        return Count == 0 ? "" : $"Unused headings: {Count} ({shown}). ";
    }
}
