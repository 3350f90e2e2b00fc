using RagChat.Retrieval;

namespace RagChat.Tests;

public sealed class VectorFileTests : IDisposable
{
    private static readonly string[] Texts = ["one", "two"];
    private static readonly ReadOnlyMemory<float>[] Vectors = [new float[] { 1, 2, 3 }, new float[] { 4, 5, 6 }];

    private readonly string _folder = Directory.CreateTempSubdirectory("vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_Written_IsWhatWasWritten()
    {
        Assert.Null(VectorFile.For("model", Texts, _folder).Read());
        VectorFile.For("model", Texts, _folder).Write(Vectors);

        ReadOnlyMemory<float>[]? read = VectorFile.For("model", Texts, _folder).Read();

        Assert.Equal(Vectors.Select(static vector => vector.ToArray()), read?.Select(static vector => vector.ToArray()));
    }

    [Theory]
    [InlineData("other", "one", "two")]
    [InlineData("model", "two", "one")]
    [InlineData("model", "onetwo", "")]
    [InlineData("model", "one", "two", "three")]
    public void Read_OtherModelOrTexts_FindsNothing(string model, params string[] texts)
    {
        VectorFile.For("model", Texts, _folder).Write(Vectors);

        Assert.Null(VectorFile.For(model, texts, _folder).Read());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    public void Read_FileOfAnotherLength_FindsNothing(int length)
    {
        VectorFile.For("model", Texts, _folder).Write(Vectors);
        File.WriteAllBytes(Directory.GetFiles(_folder).Single(), new byte[length]);

        Assert.Null(VectorFile.For("model", Texts, _folder).Read());
    }

    [Fact]
    public void Write_FolderThatCannotBe_IsNoError()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var vectors = VectorFile.For("model", Texts, Path.Combine(file, "below"));

        vectors.Write(Vectors);

        Assert.Null(vectors.Read());
    }
}
