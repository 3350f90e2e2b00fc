namespace Reranking.Onnx.Hub;

/// <summary>Adds up the bytes of all files and reports them, at most once a megabyte.</summary>
/// <param name="model">The name that was asked for.</param>
/// <param name="total">The bytes of all files, or <see langword="null"/>.</param>
/// <param name="progress">Receives the reports, or <see langword="null"/>.</param>
internal sealed class DownloadMeter(string model, long? total, IProgress<ModelDownloadProgress>? progress)
{
    private const long Step = 1 << 20;

    private long _finished;
    private long _reported;

    /// <summary>Reports how much of a file is there. A file that starts over is reported again when it is past where it was.</summary>
    public void Report(string file, long bytes)
    {
        if (_finished + bytes - _reported >= Step)
        {
            Send(file, _finished + bytes);
        }
    }

    public void Finish(string file, long bytes)
    {
        _finished += bytes;
        Send(file, Math.Max(_finished, _reported));
    }

    private void Send(string file, long bytes)
    {
        _reported = bytes;
        progress?.Report(new ModelDownloadProgress(model, file, bytes, total));
    }
}
