using System.Globalization;
using System.Text;

namespace Reranking.Onnx.Hub;

/// <summary>
/// Which files of a folder were found to have their hash, by size and time: reading gigabytes at each start only to find what was found before is not worth it.
/// </summary>
/// <param name="folder">The folder of a model.</param>
/// <remarks>A line per file: hash, size, ticks of the last write, path. What can't be read counts as not verified.</remarks>
internal sealed class VerifiedFiles(string folder)
{
    public const string FileName = "reranking-verified.txt";

    private const int MaxLength = 1 << 20;

    private readonly Dictionary<string, string> _lines = Read(folder);
    private bool _hasChanged;

    /// <summary>Returns whether a file has a hash; it is read if it is not known to.</summary>
    public async Task<bool> HasHashAsync(string path, string sha256, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, path);
        string? line = LineOf(file, sha256);
        if (line is null)
        {
            return false;
        }

        if (_lines.GetValueOrDefault(path) == line)
        {
            return true;
        }

        if (await FileDownload.HashAsync(file, cancellationToken).ConfigureAwait(false) != sha256 || LineOf(file, sha256) != line)
        {
            return false;   // or it was written while it was read
        }

        _lines[path] = line;
        _hasChanged = true;
        return true;
    }

    /// <summary>Notes the hash of a file that was just read or written.</summary>
    public void Note(string path, string sha256)
    {
        if (LineOf(Path.Combine(folder, path), sha256) is { } line)
        {
            _lines[path] = line;
            _hasChanged = true;
        }
    }

    /// <summary>Keeps what was found, if the folder can be written to.</summary>
    public void Save()
    {
        if (!_hasChanged)
        {
            return;
        }

        try
        {
            string text = string.Concat(_lines.OrderBy(static line => line.Key, StringComparer.Ordinal).Select(static line => $"{line.Value} {line.Key}\n"));
            AtomicFile.WriteAllBytes(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(text));
            _hasChanged = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that is only read, such as that of a container: the next process reads the files again.
        }
    }

    private static string? LineOf(string file, string sha256) => new FileInfo(file) is { Exists: true } info
        ? string.Create(CultureInfo.InvariantCulture, $"{sha256} {info.Length} {info.LastWriteTimeUtc.Ticks}")
        : null;

    private static Dictionary<string, string> Read(string folder)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var file = new FileInfo(Path.Combine(folder, FileName));
            foreach (string line in file is { Exists: true, Length: <= MaxLength } ? File.ReadAllLines(file.FullName) : [])
            {
                if (line.Split(' ', 4) is [var hash, var length, var ticks, var path])
                {
                    lines[path] = $"{hash} {length} {ticks}";
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As if there were none.
        }

        return lines;
    }
}
