import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** `npm run console:dev` serves the console with a running server behind it; PARLEY_URL says where that is. */
// eslint-disable-next-line node/no-process-env
const server = process.env['PARLEY_URL'] ?? 'http://127.0.0.1:4870'

export default defineConfig({
  root: folder('.'),
  base: '/console/',
  cacheDir: folder('../.cache/vite'),
  plugins: [react()],
  build: {
    outDir: folder('../.cache/console'),
    emptyOutDir: true,
    target: 'es2023',
    // Everything is a file of its own: the content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'data', test: /node_modules[\\/]@tanstack[\\/]/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/native': server, '/readyz': server } },
})
