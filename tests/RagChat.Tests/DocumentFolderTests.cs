using RagChat.Knowledge;

namespace RagChat.Tests;

public sealed class DocumentFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ragchat-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Markdown_CutsAtHeadingsAndNotInCode()
    {
        Write("a/guide.md", "Before any heading.\n\n# One\nFirst.\n\n```\n# no heading\n```\n\n### Two ###\nSecond.\n#hashtag\n");

        Assert.Equal(
            [
                new Passage("a/guide.md#1", "guide", "Before any heading."),
                new Passage("a/guide.md#2", "One", "First.\n\n```\n# no heading\n```"),
                new Passage("a/guide.md#3", "One: Two", "Second.\n#hashtag"),
            ],
            Read());
    }

    [Fact]
    public void Read_LongSection_IsCutBetweenParagraphsAndLosesNothing()
    {
        string[] paragraphs = [.. Enumerable.Range(0, 30).Select(static i => string.Join(' ', Enumerable.Range(0, 40).Select(word => $"word{i}-{word}")))];
        string huge = string.Join(' ', Enumerable.Range(0, 1_000).Select(static i => $"huge{i}"));
        Write("long.txt", string.Join("\n\n", [.. paragraphs, huge]));

        IReadOnlyList<Passage> passages = Read();

        Assert.All(passages, static passage => Assert.InRange(passage.Body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, 220));
        Assert.Equal(
            [.. paragraphs.SelectMany(static paragraph => paragraph.Split(' ')), .. huge.Split(' ')],
            passages.SelectMany(static passage => passage.Body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(passages.Count, passages.Select(static passage => passage.Id).Distinct().Count());
    }

    [Fact]
    public void Read_HiddenMadeAndOtherFiles_AreLeftOut()
    {
        Write("kept.md", "kept");
        Write("KEPT.TXT", "kept");
        Write(".git/hidden.md", "no");
        Write("node_modules/package/readme.md", "no");
        Write("bin/readme.md", "no");
        Write("picture.png", "no");
        Write("empty.md", "");

        Assert.Equal(["KEPT.TXT#1", "kept.md#1"], Read().Select(static passage => passage.Id));
    }

    [Fact]
    public void Read_NothingToRead_SaysWhatIsExpected()
    {
        Write("picture.png", "no");

        Assert.Equal(
            $"--docs is '{_folder}', which holds no text; expected files with the endings .md, .markdown, .txt.",
            Assert.Throws<InvalidOperationException>(Read).Message);
        Assert.Equal(
            "--docs is 'absent', which is not a folder; expected one with Markdown or text files.",
            Assert.Throws<InvalidOperationException>(static () => DocumentFolder.Read("absent")).Message);
    }

    private IReadOnlyList<Passage> Read() =>
        [.. DocumentFolder.Read(_folder).Select(static passage => passage with { Body = passage.Body.ReplaceLineEndings("\n") })];

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
