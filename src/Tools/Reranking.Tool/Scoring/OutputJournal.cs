using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Reranking.Tool.Scoring;

/// <summary>
/// The output file of bulk scoring, which is its own journal: one line for each line of input, in their order. After a kill, its whole blocks say where to go
/// on; what is behind them is cut off and scored again, so that each block is scored as in an unbroken run, whatever the scorer makes of neighbors.
/// </summary>
/// <remarks>
/// A small file beside it, <c>OUTPUT.resume.json</c>, exists from before the first line until after the last one, and says what the lines were made of, so
/// that nothing is continued with another input, part or model.
/// </remarks>
internal sealed class OutputJournal : IDisposable
{
    private const int BufferSize = 1 << 16;
    private const byte LineFeed = (byte)'\n';

    private readonly FileStream _file;
    private readonly string _statePath;

    private OutputJournal(FileStream file, string statePath, long lineCount)
    {
        _file = file;
        _statePath = statePath;
        LineCount = lineCount;
    }

    /// <summary>Gets how many lines there are from runs before.</summary>
    public long LineCount { get; }

    /// <summary>Opens the output, new or to be continued.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">What the lines are made of: all that changes them.</param>
    /// <param name="overwrite">Whether to begin anew if the file is there.</param>
    /// <exception cref="ToolException">The file is there and finished, or was made of something else.</exception>
    public static OutputJournal Open(string path, IReadOnlyDictionary<string, string> settings, bool overwrite)
    {
        string statePath = path + ".resume.json";
        if (overwrite)
        {
            File.Delete(path);
            File.Delete(statePath);
        }

        bool isBegun = File.Exists(statePath);
        if (!isBegun && File.Exists(path) && new FileInfo(path).Length > 0)
        {
            throw new ToolException($"'{path}' is there and finished. Name another file with --output, or add --overwrite.");
        }

        FileStream file;
        try
        {
            // Nobody else may write: two processes of the same part would double its lines. On Unix a file that is shared for reading is open to all.
            file = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None, BufferSize);
        }
        catch (IOException exception)
        {
            throw new ToolException($"'{path}' can't be opened: {exception.Message} Does another process write it?");
        }

        try
        {
            (long lines, long end) = WholeBlocks(file);
            if (isBegun && lines > 0)
            {
                Check(path, statePath, settings);
            }
            else
            {
                WriteState(statePath, settings);
            }

            file.SetLength(end);
            file.Position = end;
            return new OutputJournal(file, statePath, lines);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> line) => _file.Write(line);

    /// <summary>Hands what was written to the operating system, so that it outlives this process.</summary>
    public void Flush() => _file.Flush();

    /// <summary>Says that all lines are there.</summary>
    public void Finish()
    {
        _file.Flush(flushToDisk: true);
        File.Delete(_statePath);
    }

    public void Dispose() => _file.Dispose();

    private static (long Lines, long End) WholeBlocks(FileStream file)
    {
        byte[] buffer = new byte[BufferSize];
        long lines = 0;
        long whole = 0;
        long end = 0;
        long position = 0;
        for (int read; (read = file.Read(buffer)) > 0; position += read)
        {
            for (int i = 0; i < read; i++)
            {
                if (buffer[i] == LineFeed && ++lines % BulkScoring.BlockSize == 0)
                {
                    whole = lines;
                    end = position + i + 1;
                }
            }
        }

        return (whole, end);
    }

    private static void Check(string path, string statePath, IReadOnlyDictionary<string, string> settings)
    {
        Dictionary<string, string> before = [];
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(statePath));
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
            {
                before[property.Name] = property.Value.ToString();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ToolException($"'{statePath}' can't be read, so '{path}' can't be continued. Add --overwrite to start over.");
        }

        foreach ((string name, string value) in settings)
        {
            if (before.GetValueOrDefault(name) != value)
            {
                throw new ToolException(
                    $"'{path}' was started with {name} '{before.GetValueOrDefault(name)}', and now it is '{value}'. "
                    + "Use what it was started with, name another file with --output, or add --overwrite to start over.");
            }
        }
    }

    // Whole or not there: a kill in between must not leave half of it.
    private static void WriteState(string path, IReadOnlyDictionary<string, string> settings)
    {
        string temporary = path + ".new";
        using (FileStream file = File.Create(temporary))
        {
            using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            foreach ((string name, string value) in settings)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Returns what tells an input from others of its name; what is further down may be mended while the output is continued.</summary>
    /// <returns>A hash, or an empty text for a pipe, which can be read once only.</returns>
    /// <exception cref="ToolException">There is no such file.</exception>
    public static string HashOfBeginning(string path)
    {
        if (File.Exists(path) && new FileInfo(path).Length == 0)
        {
            return "";
        }

        using Stream input = BulkScoring.Open(path);
        byte[] beginning = new byte[BufferSize];
        int length = input.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        return Convert.ToHexString(SHA256.HashData(beginning.AsSpan(0, length)))[..16];
    }

    /// <summary>Returns a short name for a text that can be long.</summary>
    public static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
