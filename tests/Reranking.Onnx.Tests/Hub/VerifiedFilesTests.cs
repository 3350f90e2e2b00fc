using System.Security.Cryptography;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

public sealed class VerifiedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _hash;

    public VerifiedFilesTests()
    {
        Directory.CreateDirectory(_folder.File("onnx"));
        File.WriteAllText(_folder.File("onnx/a model.onnx"), "weights");
        _hash = Convert.ToHexStringLower(SHA256.HashData("weights"u8));
    }

    private string List => _folder.File(VerifiedFiles.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HasHashAsync_ByContent_AndByNothingElse()
    {
        Assert.True(await HasAsync(_hash));
        Assert.False(await HasAsync(_hash.ToUpperInvariant()));
        Assert.False(await HasAsync(new string('0', 64)));
        Assert.False(await new VerifiedFiles(_folder.Path).HasHashAsync("onnx/other.onnx", _hash, CancellationToken.None));
        Assert.False(await new VerifiedFiles(_folder.File("nowhere")).HasHashAsync("onnx/a model.onnx", _hash, CancellationToken.None));
    }

    [Fact]
    public async Task Save_WhatWasFound_IsFoundAgainWithoutReading()
    {
        await SaveAsync();
        Assert.Equal(
            FormattableString.Invariant($"{_hash} 7 {File.GetLastWriteTimeUtc(_folder.File("onnx/a model.onnx")).Ticks} onnx/a model.onnx\n"),
            await File.ReadAllTextAsync(List));

        Overwrite("WEIGHTS", keepsTime: true);
        Assert.True(await HasAsync(_hash));
        Assert.False(await HasAsync(new string('0', 64)));   // another hash was not found before
    }

    [Theory]
    [InlineData("WEIGHTS", false)]   // another time
    [InlineData("weight", true)]     // another size
    public async Task HasHashAsync_SizeOrTimeHasChanged_IsReadAgain(string content, bool keepsTime)
    {
        await SaveAsync();
        Overwrite(content, keepsTime);

        Assert.False(await HasAsync(_hash));
    }

    [Fact]
    public async Task Note_AFileThatWasJustWritten_IsNotRead()
    {
        var verified = new VerifiedFiles(_folder.Path);
        verified.Note("onnx/a model.onnx", new string('0', 64));   // as if it had this one
        verified.Note("not there", _hash);
        verified.Save();

        Assert.True(await HasAsync(new string('0', 64)));
        Assert.Single(await File.ReadAllLinesAsync(List));
    }

    [Fact]
    public async Task Save_NothingNew_WritesNothing()
    {
        new VerifiedFiles(_folder.Path).Save();
        Assert.False(File.Exists(List));

        await SaveAsync();
        File.SetLastWriteTimeUtc(List, DateTime.UnixEpoch);
        await SaveAsync();
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(List));
    }

    [Fact]
    public async Task Save_OtherFilesOfTheFolder_AreKept()
    {
        await SaveAsync();
        File.WriteAllText(_folder.File("config.json"), "weights");
        var verified = new VerifiedFiles(_folder.Path);
        Assert.True(await verified.HasHashAsync("config.json", _hash, CancellationToken.None));
        verified.Save();

        Assert.Equal(["config.json", "onnx/a model.onnx"], (await File.ReadAllLinesAsync(List)).Select(line => line.Split(' ', 4)[3]));
    }

    [Fact]
    public async Task Save_FolderThatCannotBeWrittenTo_IsLeft()
    {
        var verified = new VerifiedFiles(_folder.Path);
        Assert.True(await verified.HasHashAsync("onnx/a model.onnx", _hash, CancellationToken.None));
        Directory.CreateDirectory(List);   // in the way

        verified.Save();

        Assert.Empty(Directory.GetFileSystemEntries(List));
        Assert.True(await HasAsync(_hash));
    }

    [Fact]
    public async Task Read_HugeList_CountsAsNone()
    {
        await SaveAsync();
        await File.AppendAllTextAsync(List, new string('\n', 1 << 20));
        Overwrite("WEIGHTS", keepsTime: true);

        Assert.False(await HasAsync(_hash));
    }

    private async Task SaveAsync()
    {
        var verified = new VerifiedFiles(_folder.Path);
        Assert.True(await verified.HasHashAsync("onnx/a model.onnx", _hash, CancellationToken.None));
        verified.Save();
    }

    private Task<bool> HasAsync(string hash) => new VerifiedFiles(_folder.Path).HasHashAsync("onnx/a model.onnx", hash, CancellationToken.None);

    private void Overwrite(string content, bool keepsTime)
    {
        string path = _folder.File("onnx/a model.onnx");
        DateTime time = File.GetLastWriteTimeUtc(path);
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, keepsTime ? time : time.AddSeconds(2));
    }
}
