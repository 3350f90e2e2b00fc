using System.Security.Cryptography;
using System.Text;

namespace Reranking.Tool.Chat;

/// <summary>Answers of a chat model on disk, one a file, so that no question is paid for twice and a killed run goes on where it was.</summary>
/// <param name="folder">The folder. It holds what the model wrote, and is as confidential as the corpus.</param>
internal sealed class ChatCache(string folder)
{
    private const string Version = "1";

    public string Folder { get; } = Path.GetFullPath(folder);

    public static string Key(ChatSettings settings, string instructions, string text)
    {
        // The lengths keep two different requests from running together into one.
        FormattableString content =
            $"{Version}\n{settings.Model.Length}:{settings.Model}\n{settings.Temperature:R}\n{instructions.Length}:{instructions}\n{text.Length}:{text}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant(content))));
    }

    public string? Find(string key) => File.Exists(PathOf(key)) ? File.ReadAllText(PathOf(key)) : null;

    public void Save(string key, string answer)
    {
        Directory.CreateDirectory(Folder);
        string temporary = $"{PathOf(key)}.{Guid.NewGuid():N}.new";   // two of the same may be under way
        File.WriteAllText(temporary, answer);
        File.Move(temporary, PathOf(key), overwrite: true);
    }

    private string PathOf(string key) => Path.Combine(Folder, key + ".txt");
}
