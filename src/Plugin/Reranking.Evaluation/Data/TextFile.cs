using System.IO.Compression;
using System.Text;

namespace Reranking.Evaluation.Data;

/// <summary>Text files, compressed where the name ends in <c>.gz</c>; UTF-8, lines end in a line feed.</summary>
internal static class TextFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static IEnumerable<(string Line, int Number)> ReadLines(string path)
    {
        using var reader = new StreamReader(OpenRead(path), Utf8);
        for (int number = 1; ReadLine(reader, path, number) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return (line, number);
            }
        }
    }

    public static StreamWriter Create(string path)
    {
        Stream file = File.Create(path);
        return new StreamWriter(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Optimal) : file, Utf8)
        {
            NewLine = "\n",
        };
    }

    private static Stream OpenRead(string path)
    {
        Stream file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static string? ReadLine(StreamReader reader, string path, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}, line {number}: found no gzip data; expected a file that gzip has written, as its name says.", exception);
        }
    }
}
