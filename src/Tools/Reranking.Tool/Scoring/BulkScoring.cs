using System.IO.Compression;
using System.Text;
using Reranking.Tool.Output;
using Reranking.Tool.Reading;

namespace Reranking.Tool.Scoring;

/// <summary>Scores lines of pairs in constant memory: a block is read, scored and written before the next.</summary>
/// <param name="scorer">The scorer.</param>
internal sealed class BulkScoring(IRelevanceScorer scorer)
{
    /// <summary>How many lines are scored together, from the first one on.</summary>
    public const int BlockSize = 512;

    /// <summary>Scores the lines of an input.</summary>
    /// <param name="lines">The lines that belong to this run, with their positions.</param>
    /// <param name="write">Takes the lines of a block, in order.</param>
    /// <param name="cancellationToken">Stops it after the lines that were written.</param>
    public async Task RunAsync(
        IAsyncEnumerable<(string Line, long Number)> lines, Action<IReadOnlyList<byte[]>> write, CancellationToken cancellationToken)
    {
        List<(PairLine Pair, long Number)> block = [];
        await foreach ((string line, long number) in lines.ConfigureAwait(false))
        {
            block.Add((PairLine.Parse(line, number), number));
            if (block.Count == BlockSize)
            {
                write(await ScoreAsync(block, cancellationToken).ConfigureAwait(false));
                block.Clear();
            }
        }

        if (block.Count > 0)
        {
            write(await ScoreAsync(block, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Reads the lines of an input that belong to a part and were not done before.</summary>
    /// <param name="path">A file, compressed if its name ends in <c>.gz</c>, or <c>-</c>.</param>
    /// <param name="shard">The part.</param>
    /// <param name="done">How many lines of the part were done before.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async IAsyncEnumerable<(string Line, long Number)> ReadAsync(
        string path, Shard shard, long done, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Open(path), Encoding.UTF8);
        long position = 0;
        long ours = 0;
        for (long number = 1; await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line) || !shard.Holds(position++) || ours++ < done)
            {
                continue;
            }

            yield return (line, number);
        }

        if (ours < done)
        {
            throw new ToolException($"The output has {done} lines, but the input only {ours} for it. Is it the input that the output was started with?");
        }
    }

    /// <summary>Opens an input.</summary>
    /// <param name="path">A file, compressed if its name ends in <c>.gz</c>, or <c>-</c>.</param>
    /// <exception cref="ToolException">There is no such file.</exception>
    public static Stream Open(string path)
    {
        if (path == DocumentReader.StandardInput)
        {
            return Terminal.OpenInput();
        }

        if (!File.Exists(path))
        {
            throw new ToolException($"'{path}' does not exist; expected a file of JSON lines, or - for standard input.");
        }

        Stream file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    // Neighbors with the same query are one call; the calls of a block run side by side, as many as there are processors.
    private async Task<IReadOnlyList<byte[]>> ScoreAsync(List<(PairLine Pair, long Number)> block, CancellationToken cancellationToken)
    {
        List<(int First, int End)> groups = [];
        for (int i = 0; i < block.Count; i++)
        {
            if (groups.Count > 0 && block[groups[^1].First].Pair.Query == block[i].Pair.Query)
            {
                groups[^1] = (groups[^1].First, i + 1);
            }
            else
            {
                groups.Add((i, i + 1));
            }
        }

        byte[][] written = new byte[block.Count][];
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Parallel.ForEachAsync(groups, parallel, async (group, token) =>
        {
            string[] documents = [.. block.GetRange(group.First, group.End - group.First).SelectMany(static line => line.Pair.Documents)];
            RelevanceScores scores = await scorer.ScoreAsync(block[group.First].Pair.Query, documents, options: null, token).ConfigureAwait(false);
            if (scores.Count != documents.Length)
            {
                throw new ToolException($"The scorer returned {scores.Count} scores; expected {documents.Length}.");
            }

            int next = 0;
            for (int i = group.First; i < group.End; i++)
            {
                (PairLine pair, long number) = block[i];
                written[i] = pair.Write(number, [.. scores.Skip(next).Take(pair.Documents.Length)]);
                next += pair.Documents.Length;
            }
        }).ConfigureAwait(false);
        return written;
    }
}
