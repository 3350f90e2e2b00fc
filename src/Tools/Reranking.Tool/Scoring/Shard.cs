using System.Globalization;

namespace Reranking.Tool.Scoring;

/// <summary>One of several equal parts of an input: each so many lines, the shard takes one.</summary>
/// <param name="Index">Which part, from 0, as Kubernetes counts the pods of an indexed job.</param>
/// <param name="Count">How many parts there are.</param>
internal readonly record struct Shard(int Index, int Count)
{
    public static Shard All { get; } = new(0, 1);

    public static Shard Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && index < count
            ? new Shard(index, count)
            : throw new ToolException(
                $"--shard is '{text}'; expected INDEX/COUNT with an index from 0 to COUNT - 1, such as $JOB_COMPLETION_INDEX/16.", ExitCode.Usage);
    }

    /// <summary>Returns whether a line belongs to the part.</summary>
    /// <param name="position">The position of the line, from 0; empty lines do not count.</param>
    public bool Holds(long position) => position % Count == Index;
}
