import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

// Where `npm run dev` finds the server; the built console is served by it and needs no proxy.
const server = process.env.JIESU_WEB_URL ?? 'http://127.0.0.1:8345'

export default defineConfig(({ command }) => ({
  plugins: [
    vue(),
    // Element Plus on demand: each page carries only the components it uses, with their styles.
    // The list for the type-check is written by the development server only: a build changes no source.
    Components({ dirs: [], dts: command === 'serve' ? 'src/components.d.ts' : false, resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: 'es2022',
    // No inline assets: the page's Content-Security-Policy allows files of its own origin only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/sip': { target: server, ws: true },
      '/demo-sip': { target: server, ws: true },
    },
  },
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
}))
